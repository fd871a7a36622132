/** Where this package lies: the built command sits at some depth below it, in `dist` or in a test's own folder. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Manifest {
  name: string
  version: string
}

function find(folder: string): { root: string; version: string } {
  const file = join(folder, 'package.json')
  if (existsSync(file)) {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest // our own file, or one with another name
    if (manifest.name === 'graupel') return { root: folder, version: manifest.version }
  }
  return find(dirname(folder))
}

const here = dirname(fileURLToPath(import.meta.url))
export const { root, version } = find(here)

/** The built Worker beside the built command. */
export const bundle = join(here, '../worker')
