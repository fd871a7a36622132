/** The house's own source files and what each imports, read from the text: what a rule says of lines is held on lines. */
import { readFileSync, globSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

export interface Import {
  /** As written: `./dimension`, `hono`, `node:fs`. */
  specifier: string
  /** Path from the root, without ending, where it is one of ours; else the specifier. */
  target: string
  /** It vanishes when built: types may be known upwards, values not. */
  isType: boolean
}

export interface Source {
  /** Path from the root. */
  path: string
  text: string
  imports: Import[]
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:([^'"]*?)\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

/** `import { type A, type B } from …` imports no value either. */
function hasOnlyTypes(names: string | undefined): boolean {
  const list = /^\{([^}]*)\}$/.exec(names?.trim() ?? '')?.[1]
  return Boolean(list) && list!.split(',').every((name) => !name.trim() || name.trim().startsWith('type '))
}

export function importsOf(path: string, text: string): Import[] {
  const code = text.replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, '')
  return [...code.matchAll(IMPORT)].map(([, type, names, from, dynamic]) => {
    const specifier = from ?? dynamic!
    const isOurs = specifier.startsWith('.')
    return {
      specifier,
      target: isOurs ? posix.join(posix.dirname(path), specifier) : specifier,
      isType: Boolean(type) || hasOnlyTypes(names),
    }
  })
}

const read = (path: string): Source => {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, text, imports: importsOf(path, text) }
}

/** Everything we wrote that is code, but the tests. */
export const sources: Source[] = globSync('{sdk,worker,demo}/**/*.{ts,tsx,js}', { cwd: root }).toSorted().map(read)
export const tests: Source[] = globSync('test/**/*.{ts,tsx,js}', { cwd: root }).toSorted().map(read)
