#!/usr/bin/env node
/**
 * What `graupel` runs. In a clone nothing is built yet when npm links the command, so the first call builds.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = new URL('../../dist/cli/graupel.js', import.meta.url)

if (!existsSync(built)) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}
await import(built.href)
