/**
 * `npm run bench`: all figures of the README, measured anew. Each part prints its tables, and leaves what it measured
 * in last.json and between two comments of the README. `--only engine,server` takes some parts, of which `script` needs a browser; `engine` stands for all
 * of rows, month, waking and speed. `--bundle DIR` measures a server that is built already.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Alike, alikeTable, measureAlike } from './alike'
import { buildEngine } from './engine'
import { type Figure, figureTable, say } from './figure'
import { measureMonth, type Month, monthTable } from './month'
import { measureRows, type Rows, rowsTable } from './rows'
import { measureScript } from './script'
import { measureServer, type Served, serverTable } from './server'
import { type Accuracy, sketchAccuracy } from './sketch'
import { measureSpeed } from './speed'
import { measureWaking } from './waking'

const TRIALS = 200
/** Within so much of the theory; up to so many, none is missed at all. */
const RATIO = 1.1
const EXACT = 1_000

/** What was measured last, by part. */
interface Last {
  server: Served
  alike: Alike
  rows: { figures: Figure[]; rows: Rows[] }
  month: { figures: Figure[]; month: Month }
  waking: { figures: Figure[] }
  speed: { figures: Figure[] }
  sketch: { figures: Figure[]; accuracy: Accuracy[] }
  script: { figures: Figure[] }
}
type Part = keyof Last

const ENGINE = ['rows', 'month', 'waking', 'speed'] as const

const measures: { [P in Part]: () => Promise<Last[P]> } = {
  server: () => measureServer(scratch, values.bundle),
  alike: () => measureAlike(scratch, values.bundle),
  rows: async () => measureRows(await engine()),
  month: async () => measureMonth(await engine()),
  waking: async () => measureWaking(await engine()),
  speed: async () => measureSpeed(),
  sketch: async () => sketchOf(sketchAccuracy(TRIALS)),
  script: measureScript,
}

function sketchOf(accuracy: Accuracy[]): Last['sketch'] {
  const worst = (rows: Accuracy[], of: (row: Accuracy) => number) => Math.max(...rows.map(of))
  const missed = worst(
    accuracy.filter(({ size }) => size <= EXACT),
    (row) => row.worst,
  )
  const ratios = [12, 14].map((precision): Figure => {
    const rows = accuracy.filter((row) => row.precision === precision && row.size > EXACT)
    const name = `rms error of a p${precision} sketch, to its theory, ${TRIALS} trials to 10 M`
    return { name, value: worst(rows, ({ ratio }) => ratio), unit: '×', budget: RATIO }
  })
  const exact: Figure = { name: `greatest error of a sketch up to ${EXACT}`, value: missed, unit: '', budget: 0 }
  return { figures: [exact, ...ratios], accuracy }
}

/** By the comments that hold them in the README; a part that was never measured leaves them out. */
function tablesOf({
  server,
  alike,
  rows,
  month,
  waking,
  speed,
  sketch,
  script,
}: Partial<Last>): Record<string, string> {
  const figures = [rows, month, waking, speed, sketch].flatMap((part) => part?.figures ?? [])
  const details = [rows && rowsTable(rows.rows), month && monthTable(month.month)].filter(Boolean)
  return {
    ...(server && { bench: serverTable(server.rows) }),
    ...(alike && { alike: [figureTable(alike.figures), alikeTable(alike.rows)].join('\n\n') }),
    ...(script && { script: figureTable(script.figures) }),
    ...(figures.length && { engine: [figureTable(figures), ...folded(details)].join('\n\n') }),
  }
}

/** For whoever wants to know where it goes. */
const folded = (details: readonly unknown[]) =>
  details.length ? ['<details><summary>Where rows and bytes go</summary>', ...details, '</details>'] : []

function intoReadme(tables: Record<string, string>): void {
  const path = join(import.meta.dirname, '../../README.md')
  let readme = readFileSync(path, 'utf8')
  for (const [name, table] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- ${name} -->\n).*?(<!-- /${name} -->)`, 's')
    readme = readme.replace(place, (_, before: string, after: string) => `${before}${table}\n${after}`)
  }
  writeFileSync(path, readme)
}

function chosen(only: string | undefined): Part[] {
  const all = Object.keys(measures) as Part[]
  if (!only) return all
  const names = only.split(',').flatMap((name) => (name === 'engine' ? [...ENGINE] : [name]))
  const unknown = names.filter((name) => !(name in measures))
  if (unknown.length) throw new Error(`no part is called ${unknown.join()}: there are engine, ${all.join(', ')}`)
  return all.filter((part) => names.includes(part))
}

const { values } = parseArgs({ options: { bundle: { type: 'string' }, only: { type: 'string' } } })
const parts = chosen(values.only)
const scratch = mkdtempSync(join(tmpdir(), 'graupel-bench-'))
let building: Promise<string> | undefined
const engine = () => (building ??= buildEngine(scratch))

const path = join(import.meta.dirname, 'last.json')
const last = JSON.parse(readFileSync(path, 'utf8')) as Partial<Last>
try {
  for (const part of parts) {
    const began = performance.now()
    const measured = { [part]: await measures[part]() }
    say(`${part}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
    Object.assign(last, measured)
    console.log(`\n${Object.values(tablesOf(measured)).join('\n\n')}\n`)
    writeFileSync(path, `${JSON.stringify(last, null, 2)}\n`)
  }
  intoReadme(tablesOf(last))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
