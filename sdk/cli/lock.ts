/**
 * One server a data folder: two would both acknowledge, and each would forget what the other counted.
 * The lock is a file that names the process serving the folder. It is never removed, only succeeded, so it outlives a
 * launcher that was killed, and a dead or reused pid counts as free.
 *
 * Successors are named by the text of what they succeed: of many who find the same dead record, one creates the next
 * file. Whoever stands at the end of the chain when it looks again from the start is the holder, and moves to its head.
 */
import { createHash, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { birth, isAlive, type Life } from './life'

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parse(text: string): Life | undefined {
  try {
    const { pid, born } = JSON.parse(text) as Partial<Life>
    return Number.isInteger(pid) && typeof born === 'string' ? { pid: pid!, born } : undefined
  } catch {
    return undefined
  }
}

const HEAD = 'lock'
/** Names of the chain; a draft has one more ending, and belongs to somebody at work. */
const PASSED = /^lock-[0-9a-f]{16}$/
const nameAfter = (text: string) => `${HEAD}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`

/** The end of the chain: a free name, or the name with the living process behind it. */
function end(folder: string): { file: string; life?: Life } {
  let file = join(folder, HEAD)
  for (;;) {
    const text = read(file)
    if (text === undefined) return { file }
    const life = parse(text)
    if (life && isAlive(life)) return { file, life }
    file = join(folder, nameAfter(text))
  }
}

/** Who serves this folder now. */
export const holder = (folder: string): Life | undefined => end(folder).life

/** Whole at once, or not: a record that could be read half written would pass for a dead one. */
function create(file: string, text: string): boolean {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, text, { mode: 0o600 })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft)
  }
}

/** Gives the folder to a living process of ours; answers who holds it then, which may be another. */
export function take(folder: string, pid: number): Life {
  const born = birth(pid)
  if (!born) throw new Error(`process ${pid} ended before it could take ${folder}`)
  const text = `${JSON.stringify({ pid, born })}\n`
  for (;;) {
    const { file, life } = end(folder)
    if (life) return life
    if (!create(file, text)) continue
    const now = end(folder)
    if (now.life?.pid !== pid) {
      rmSync(file, { force: true })
      continue
    }
    renameSync(file, join(folder, HEAD))
    const passed = readdirSync(folder).filter((name) => PASSED.test(name))
    for (const name of passed) rmSync(join(folder, name), { force: true })
    return now.life
  }
}
