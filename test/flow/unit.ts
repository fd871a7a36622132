/** The systemd unit as systemd reads it, as far as tests obey it: sections of names, each with its values in order. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export const UNIT = resolve(import.meta.dirname, '../../demo/server/graupel.service')

export interface Unit {
  /** The last value of a name, which is the one in force; an empty text where there is none. */
  last(name: string): string
  /** Settings of the service, as `Environment=` says them. */
  environment: Record<string, string>
  /** `ExecStart=`, by words. */
  command: string[]
}

export function readUnit(): Unit {
  const lines = readFileSync(UNIT, 'utf8').split('\n')
  const said = lines.flatMap((line) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    return name === undefined ? [] : [[name, value ?? ''] as const]
  })
  const all = (name: string) => said.flatMap(([each, value]) => (each === name ? [value] : []))
  const last = (name: string) => all(name).at(-1) ?? ''
  // One assignment a line, in quotes where it holds a blank.
  const assignments = all('Environment').map((value) => value.replace(/^"(.*)"$/, '$1'))
  return {
    last,
    environment: Object.fromEntries(assignments.map((text) => text.split(/=(.*)/s, 2) as [string, string])),
    command: last('ExecStart').split(' '),
  }
}
