/** Finds a Chrome or Chromium for the browser tests, and brings one where there is none. */
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, globSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const APPLICATIONS = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium']

const home = homedir()
/** Playwright keeps its downloads here; a folder a version, and one layout a platform. */
const CACHES = [
  process.env.PLAYWRIGHT_BROWSERS_PATH,
  join(home, '.cache/ms-playwright'),
  join(home, 'Library/Caches/ms-playwright'),
]
const LAYOUTS = [
  'chromium-*/chrome-linux*/chrome',
  'chromium-*/chrome-mac*/*.app/Contents/MacOS/*',
  'chromium_headless_shell-*/chrome-*/*headless*shell',
]

function* candidates(): Generator<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) for (const name of COMMANDS) yield join(folder, name)
  for (const folder of ['/Applications', join(home, 'Applications')]) {
    for (const name of APPLICATIONS) yield join(folder, name)
  }
  for (const cache of CACHES) if (cache) for (const layout of LAYOUTS) yield* globSync(join(cache, layout))
}

/** Some systems keep a `chromium` that only says how to install one; a browser tells its version. */
function isBrowser(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0
  } catch {
    return false
  }
}

/** Path of a browser, or undefined. The operator's word goes first, and a wrong one is not passed over. */
export function findChrome(): string | undefined {
  const named = process.env.GRAUPEL_CHROME
  if (named) return isBrowser(named) ? named : undefined
  return [...candidates()].find(isBrowser)
}

const APT = 'apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core'
const PLAYWRIGHT = 'npx --no-install playwright-core install chromium'

function hasApt(): boolean {
  const isRoot = process.getuid?.() === 0
  return isRoot && spawnSync('apt-get', ['--version']).status === 0
}

/** Installs one, the system's where we may, and says so; whether that went well is seen by looking again. */
export function bringChrome(say: (line: string) => void): void {
  for (const command of hasApt() ? [APT, PLAYWRIGHT] : [PLAYWRIGHT]) {
    say(`browser: none found, so this brings one: ${command}`)
    try {
      execFileSync('/bin/sh', ['-c', command], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    } catch {
      say('browser: that did not work')
    }
    if (findChrome()) return
  }
}
