/**
 * Finds the reverse proxies that the examples are for, and brings Debian's where there are none: unpacked into a folder of
 * this clone, so that nothing is installed and no service starts.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'

const NAMES = ['nginx', 'caddy'] as const
export type Name = (typeof NAMES)[number]

const UNPACKED = resolve(import.meta.dirname, '../node_modules/.cache/graupel-proxies')

const FOLDERS = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  join(UNPACKED, 'usr/sbin'),
  join(UNPACKED, 'usr/bin'),
]

/** Both tell their version, each by its own word. */
const runs = (path: string): boolean =>
  ['-v', 'version'].some((word) => spawnSync(path, [word], { timeout: 20_000 }).status === 0)

/** Path of the program, or undefined. */
export const findProxy = (name: Name): string | undefined =>
  FOLDERS.map((folder) => join(folder, name)).find((path) => runs(path))

const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0

const DOWNLOAD = 'apt-get download nginx caddy'
/** A list of packages may be missing, or too old to find them by. */
const AFRESH = `apt-get update && ${DOWNLOAD}`

/** Where Debian's packages are at hand, and says so; whether that went well is seen by looking again. */
export function bringProxies(say: (line: string) => void): void {
  const missing = NAMES.filter((name) => !findProxy(name))
  if (!missing.length || !has('apt-get') || !has('dpkg-deb')) return
  const folder = mkdtempSync(join(tmpdir(), 'graupel-proxies-'))
  try {
    for (const command of [DOWNLOAD, AFRESH]) {
      say(`proxies: no ${missing.join(' and no ')} found, so this brings them: ${command}`)
      if (fetched(command, folder)) break
    }
    mkdirSync(UNPACKED, { recursive: true })
    execFileSync('/bin/sh', ['-c', `for package in *.deb; do dpkg-deb -x "$package" '${UNPACKED}' || exit 1; done`], {
      cwd: folder,
    })
  } catch {
    say('proxies: that did not work')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const fetched = (command: string, cwd: string): boolean =>
  spawnSync('/bin/sh', ['-c', command], { cwd, stdio: 'ignore' }).status === 0
