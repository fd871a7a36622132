/** The built command as somebody types it, with nothing of this process's environment but where node is. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'

export interface Ran {
  code: number | null
  out: string
  err: string
}

export interface Around {
  env?: Record<string, string>
  /** What its stdin holds. */
  input?: string
  /** Given a terminal to write to, which is then what `out` was. */
  terminal?: true
}

const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** The program and its words; on a terminal by `script`, which comes with Debian's essentials. */
export function commandOf(words: readonly string[], terminal?: true): [program: string, ...args: string[]] {
  const command = [join(inject('built'), 'cli/graupel.js'), ...words]
  if (!terminal) return [process.execPath, ...command]
  return ['script', '-qec', `exec ${[process.execPath, ...command].map(quoted).join(' ')}`, '/dev/null']
}

export const environment = (env: Record<string, string> = {}): Record<string, string> => {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, TERM: 'xterm', ...env }
}

/** What it said and how it ended. Not in this process's way: it may be asked by what it runs. */
export function graupel(words: readonly string[], { env, input = '', terminal }: Around = {}): Promise<Ran> {
  const [program, ...args] = commandOf(words, terminal)
  const child = spawn(program, args, { env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.on('error', () => {}) // it may end without having read
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}
