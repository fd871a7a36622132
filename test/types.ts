/** Checks every folder against the world it lives in: each tsconfig below is one wall, checked by itself, two at a time. */
import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '..')
/** A check is short and hungry; more at once take longer on a small machine. */
const AT_ONCE = 2

const run = promisify(execFile)
const compiler = join(root, 'node_modules/typescript/bin/tsc')
const folders = globSync('{sdk,worker,demo,test}/**/tsconfig.json', { cwd: root }).map(dirname).toSorted()
const waiting = folders.values()
let failed = 0

async function check(): Promise<void> {
  for (const folder of waiting) {
    await run(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { cwd: root }).catch(
      (error: { stdout: string }) => {
        failed += 1
        console.error(`${folder}\n${error.stdout}`)
      },
    )
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, check))
console.log(`types: ${folders.length - failed} of ${folders.length} folders pass`)
process.exit(failed ? 1 : 0)
