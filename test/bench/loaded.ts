/** Puts a load on a server, from a process of its own. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Load, Seen } from './load'

const root = join(import.meta.dirname, '../..')

export async function loaded(load: Load): Promise<Seen> {
  const child = spawn(process.execPath, ['--import', './test/resolve.js', join(import.meta.dirname, 'load.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(load))
  const seen = JSON.parse(await text(child.stdout)) as Seen
  if (seen.failed) throw new Error(`${seen.failed} requests failed`)
  return seen
}
