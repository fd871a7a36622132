/**
 * Builds what the tests run, once a run, into a folder of its own: `dist` and whoever serves from it are left alone.
 * Inside node_modules, because the built command finds the runtime by looking upwards, and every tool passes it by.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The build's folder: `worker/index.js`, `worker/workerd.capnp`, `cli/graupel.js`, `beacon.txt`, `sdk/index.js`. */
    built: string
  }
}

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

async function build(): Promise<string> {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const out = mkdtempSync(join(cache, 'graupel-test-'))
  process.once('exit', () => rmSync(out, { recursive: true, force: true }))
  await run('npm', ['run', '--silent', 'build', '--', '--out', out], { cwd: root })
  return out
}

/** A build that is there already: one who works on the tests alone spares the wait. */
const READY = process.env.GRAUPEL_TEST_BUILT

/** Several projects of one run ask for it. */
let building: Promise<string> | undefined

export async function setup(project: TestProject): Promise<void> {
  building ??= READY ? Promise.resolve(READY) : build()
  project.provide('built', await building)
}
