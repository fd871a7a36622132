/**
 * `npm test`: finds or brings a browser and reverse proxies, runs every project of vitest and ends with one line, `N passed, N failed`.
 * What the tests run is built by them, into a folder of their own.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bringChrome, findChrome } from './chrome'
import { bringProxies } from './proxies'

const root = resolve(import.meta.dirname, '..')

/** Undefined where the operator wants no browser; ends the run where there is none to be had. */
function browser(): string | undefined {
  if (process.env.GRAUPEL_NO_BROWSER === '1') return undefined
  if (!findChrome() && !process.env.GRAUPEL_CHROME) bringChrome(console.log)
  const found = findChrome()
  if (found) return found
  const named = process.env.GRAUPEL_CHROME
  console.error(
    named
      ? `GRAUPEL_CHROME=${named} is no browser that runs here.`
      : 'No Chrome or Chromium, and none could be brought.',
  )
  console.error('GRAUPEL_CHROME=/path/to/chrome names one; GRAUPEL_NO_BROWSER=1 npm test runs all the other tests.')
  return process.exit(1)
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: string; assertionResults: { status: string; fullName: string }[] }[]
}

interface Counts {
  passed: number
  failed: number
  /** What this machine lacks something for, by name: never silently green. */
  notRun: string[]
}

/** A file that could not even be read has no test that failed; it counts as one. */
function count(file: string): Counts {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report // vitest's own shape
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
  )
  const notRun = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => fullName)
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length, notRun }
}

function main(): number {
  const chrome = browser()
  bringProxies(console.log)
  const folder = mkdtempSync(join(tmpdir(), 'graupel-report-'))
  const report = join(folder, 'report.json')
  const projects = ['unit', 'edge', 'flow', ...(chrome ? ['browser'] : [])].flatMap((name) => ['--project', name])
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', join(root, 'test/vitest.config.ts')]
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync(process.execPath, [...vitest, ...projects, ...reporters, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(chrome && { GRAUPEL_CHROME: chrome }) },
  })
  if (!chrome) console.log('browser: not run')
  const { passed, failed, notRun } = read(report)
  rmSync(folder, { recursive: true, force: true })
  for (const name of notRun) console.log(`not run here: ${name}`)
  // An error outside of any test ends vitest with 1 and fails no test of its own.
  const counted = failed || (status === 0 ? 0 : 1)
  console.log(`${passed} passed, ${counted} failed`)
  return counted ? 1 : 0
}

function read(report: string): Counts {
  try {
    return count(report)
  } catch {
    return { passed: 0, failed: 1, notRun: [] } // it ended before it could report
  }
}

process.exit(main())
