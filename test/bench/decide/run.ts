/**
 * `npm run bench:decide`: whether decisions are as good, as honest and as quick as they are to be. By simulated worlds, anew
 * each time (`--seed` repeats one), on all cores, within ten minutes (`--minutes`). What was measured is printed, kept in
 * ../decide.json and between comments of the engine's README. `--only worlds,bytes` takes some parts, and leaves the others'.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { say } from '../figure'
import { measureBytes } from './bytes'
import type { Case } from './case'
import { parts as sampledParts } from './cases'
import { measurePace } from './pace'
import { sampled } from './pool'
import { isMet, type Row, tableOf } from './row'
import { measureServed } from './served'

const MINUTES = 10
/** What telling takes at the end. */
const SPARE_MS = 5000

/** Measured one after the other, while nothing else runs. */
const measures: Record<string, () => Promise<Row[]> | Row[]> = {
  bytes: measureBytes,
  pace: measurePace,
  served: measureServed,
}
/** What is told of a part: rows, and the seed where chance came in. */
interface Part {
  seed?: number
  rows: Row[]
}

const PARTS = [...Object.keys(sampledParts), ...Object.keys(measures)]
const file = join(import.meta.dirname, '../decide.json')
const readme = join(import.meta.dirname, '../../../worker/decide/README.md')

function chosen(only: string | undefined): string[] {
  const names = only?.split(',') ?? PARTS
  const unknown = names.filter((name) => !PARTS.includes(name))
  if (unknown.length) throw new Error(`no part is called ${unknown.join()}: there are ${PARTS.join(', ')}`)
  return PARTS.filter((part) => names.includes(part))
}

async function measure(names: readonly string[], seed: number, until: number): Promise<Record<string, Part>> {
  const measured: Record<string, Part> = {}
  for (const name of names) {
    if (!measures[name]) continue
    say(`${name}…`)
    measured[name] = { rows: await measures[name]() }
  }
  const drawn = names.filter((name) => name in sampledParts)
  const cases: Record<string, Case> = Object.assign({}, ...drawn.map((name) => sampledParts[name]))
  const samples = await sampled(cases, seed, until)
  for (const part of drawn) {
    const rows = Object.entries(sampledParts[part]!).flatMap(([name, each]) => {
      const some = samples.get(name)!
      // A spread needs two.
      return some.length > 1 ? each.rows(some) : []
    })
    measured[part] = { seed, rows }
  }
  return measured
}

/** Whole, in the order in which it is told. */
function keep(measured: Record<string, Part>): Row[] {
  const last = { ...(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Part>), ...measured }
  const all = Object.fromEntries(PARTS.filter((part) => part in last).map((part) => [part, last[part]!]))
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
  const rows = Object.values(all).flatMap((part) => part.rows)
  const text = readFileSync(readme, 'utf8')
  const place = /(<!-- decide -->\n).*?(<!-- \/decide -->)/s
  writeFileSync(
    readme,
    text.replace(place, (_, before: string, after: string) => `${before}${tableOf(rows)}\n${after}`),
  )
  return rows
}

const { values } = parseArgs({
  options: { seed: { type: 'string' }, only: { type: 'string' }, minutes: { type: 'string' } },
})
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed)
const names = chosen(values.only)
say(`seed ${seed}: --seed ${seed} runs the same worlds again`)
const measured = await measure(names, seed, Number(values.minutes ?? MINUTES) * 60_000 - SPARE_MS)
keep(measured)
const rows = Object.values(measured).flatMap((part) => part.rows)
console.log(`\n${tableOf(rows)}\n`)
const missed = rows.filter((row) => isMet(row) === false)
say(`took ${(performance.now() / 1000).toFixed(0)} s; ${rows.filter(isMet).length} goals met, ${missed.length} missed`)
for (const { what } of missed) say(`missed: ${what}`)
