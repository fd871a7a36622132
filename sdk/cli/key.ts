/** A key that a verb is handed, by a file or stdin: a command line is seen by all who share the machine. */
import { readFileSync } from 'node:fs'
import { Stop } from './stop'

export const STDIN = 0

/** What `--key` names; it may be the key itself, by mistake: then it is not said again. */
export function readKey(name: string): string {
  try {
    return readFileSync(name === '-' ? STDIN : name, 'utf8').trim()
  } catch (error) {
    throw new Stop(`--key names a file that can't be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
