/**
 * `npm run bench`: all figures of the README, measured anew. Each part prints its tables, and leaves what it measured
 * in last.json and between comments of the README; one that fails leaves what was there. `--only engine,server` takes some
 * parts, of which `wire` and `script` need a browser; `engine` stands for rows, month, waking, speed and opening.
 * `--bundle DIR` measures a server that is built already.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Alike, alikeTable, measureAlike } from './alike'
import { billTable } from './bill'
import { build } from './bundle'
import { buildEngine } from './engine'
import { budgetTable, type Figure, isPromised, say, statedTable } from './figure'
import { measureMemory } from './memory'
import { measureMonth, type Month, monthTable } from './month'
import { measureOpening } from './opening'
import { measureRows, type Rows, rowsTable } from './rows'
import { measureScript } from './script'
import { measureServer, type Served, serverTable } from './server'
import { type Accuracy, measureSketch } from './sketch'
import { measureSpeed } from './speed'
import { measureStorm } from './storm'
import { measureWaking } from './waking'
import { measureWire } from './wire'

interface Figures {
  figures: Figure[]
}

/** What was measured last, by part, in the order in which it is told. */
interface Last {
  wire: Figures
  server: Served
  opening: Figures
  rows: Figures & { rows: Rows[] }
  month: Figures & { month: Month }
  waking: Figures
  sketch: Figures & { accuracy: Accuracy[] }
  speed: Figures
  storm: Figures
  memory: Figures
  alike: Alike
  script: Figures
}
type Part = keyof Last

const ENGINE: readonly string[] = ['rows', 'month', 'waking', 'speed', 'opening']

const measures: { [P in Part]: () => Promise<Last[P]> } = {
  wire: measureWire,
  server: () => measureServer(scratch, bundle()),
  opening: async () => measureOpening(await engine()),
  rows: async () => measureRows(await engine()),
  month: async () => measureMonth(await engine()),
  waking: async () => measureWaking(await engine()),
  sketch: measureSketch,
  speed: async () => measureSpeed(),
  storm: () => measureStorm(scratch, bundle()),
  memory: () => measureMemory(scratch, bundle()),
  alike: () => measureAlike(scratch, bundle()),
  script: measureScript,
}
const PARTS = Object.keys(measures) as Part[] // Its own keys, which TypeScript calls strings.

/** By the comments that hold them in the README; a part that was never measured leaves them out. */
function tablesOf(last: Partial<Last>): Record<string, string> {
  const { server, rows, month, alike } = last
  const figures = PARTS.flatMap((part) => last[part]?.figures ?? [])
  const promised = figures.filter(isPromised)
  const others = figures.filter((figure) => !isPromised(figure))
  return {
    ...(promised.length && { budgets: budgetTable(promised) }),
    ...(others.length && { stated: statedTable(others) }),
    ...(server && { bench: serverTable(server.rows) }),
    ...(alike && { alike: alikeTable(alike.rows) }),
    ...(rows && { rows: rowsTable(rows.rows) }),
    ...(month && { bytes: monthTable(month.month) }),
    ...(rows && server && month && { cost: billTable({ rows, server, month }) }),
  }
}

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
  if (!only) return PARTS
  const names = only.split(',').flatMap((name) => (name === 'engine' ? [...ENGINE] : [name]))
  const unknown = names.filter((name) => !(name in measures))
  if (unknown.length) throw new Error(`no part is called ${unknown.join()}: there are engine, ${PARTS.join(', ')}`)
  return PARTS.filter((part) => names.includes(part))
}

const { values } = parseArgs({ options: { bundle: { type: 'string' }, only: { type: 'string' } } })
const parts = chosen(values.only)
const scratch = mkdtempSync(join(tmpdir(), 'graupel-bench-'))
let built: string | undefined = values.bundle
const bundle = () => (built ??= build(scratch))
let building: Promise<string> | undefined
const engine = () => (building ??= buildEngine(scratch))

const path = join(import.meta.dirname, 'last.json')
const last = JSON.parse(readFileSync(path, 'utf8')) as Partial<Last>
const took: string[] = []
const failed: Part[] = []

async function run(part: Part): Promise<void> {
  const began = performance.now()
  const measured = { [part]: await measures[part]() }
  took.push(`${part} ${((performance.now() - began) / 1000).toFixed(0)} s`)
  Object.assign(last, measured)
  console.log(`\n${Object.values(tablesOf(measured)).join('\n\n')}\n`)
  writeFileSync(path, `${JSON.stringify(last, null, 2)}\n`)
}

try {
  for (const part of parts) {
    say(`${part}…`)
    // What one part lost must not take the others' figures with it.
    await run(part).catch((error: unknown) => {
      console.error(error)
      failed.push(part)
    })
  }
  const tables = tablesOf(last)
  intoReadme(tables)
  console.log(`\n${[tables.budgets, tables.cost].filter(Boolean).join('\n\n')}\n`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
say(`took ${(performance.now() / 1000).toFixed(0)} s: ${took.join(', ')}`)
if (failed.length) say(`failed: ${failed.join(', ')}`)
process.exitCode = failed.length ? 1 : 0
