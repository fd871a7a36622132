/** The bundle that is measured, built anew for a run. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { say } from './figure'

const root = join(import.meta.dirname, '../..')

export function build(scratch: string): string {
  const out = join(scratch, 'dist')
  say('building…')
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] } as const
  execFileSync('npm', ['run', '--silent', 'build', '--', '--out', out], { ...options, stdio: [...options.stdio] })
  return out
}
