/** Rows written per event at five rates, and where they go: deletes and alarms counted, what is still owed for kept rows too. */
import type { Played, Rate } from './engine/report'
import { withEngine } from './engine'
import { type Figure, say } from './figure'

const RATES: (Rate & { budget?: number })[] = [
  { rate: 0.01, warmHours: 1, hours: 48 },
  { rate: 0.1, warmHours: 1, hours: 24, budget: 5 },
  { rate: 1, warmHours: 1, hours: 6, budget: 2.5 },
  { rate: 10, warmHours: 1, hours: 2, budget: 0.8 },
  { rate: 100, warmHours: 1, hours: 1, budget: 0.2 },
]

/** Tables whose rows go one day, each with a delete; of cells, hours and days. */
const PASSING = ['fragment', 'event', 'cell hour', 'cell day']

export interface Rows {
  rate: number
  events: number
  /** Rows per event, by table; `… deleted` where the leap over all retention deleted them. */
  tables: Record<string, number>
  /** Requests for alarms, per event. */
  rings: number
}

export async function measureRows(built: string): Promise<{ figures: Figure[]; rows: Rows[] }> {
  const rows: Rows[] = []
  for (const { rate, warmHours, hours } of RATES) {
    const began = performance.now()
    const played = await withEngine(built, (engine) => engine.ask<Played>('rate', { site: 1, rate, warmHours, hours }))
    const row = rowsOf(rate, played)
    rows.push(row)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    say(`rows at ${rate}/s: ${sum(row).toFixed(3)} per event, ${row.events} events in ${seconds} s`)
  }
  const figures = rows.map((row, i): Figure => {
    const { budget } = RATES[i]!
    const name = `rows written per event at ${row.rate} events/s`
    return { name, value: sum(row), unit: '', ...(budget !== undefined && { budget }) }
  })
  return { figures, rows }
}

const sum = ({ tables }: Rows): number => Object.values(tables).reduce((all, each) => all + each, 0)

function rowsOf(rate: number, { events, alarms, rows, eventsInAll, aged, left }: Played): Rows {
  const tables: Record<string, number> = {}
  for (const [name, count] of Object.entries(rows)) tables[name] = count / events
  for (const [name, count] of Object.entries(aged)) {
    tables[name] = (tables[name] ?? 0) + count / eventsInAll
  }
  for (const name of PASSING) {
    const kept = left[name]?.rows ?? 0
    if (kept) tables[`${name} owed`] = kept / eventsInAll
  }
  return { rate, events, tables, rings: alarms / events }
}

/** Where the rows go: a line a table, a column a rate. */
export function rowsTable(rows: readonly Rows[]): string {
  const names = [...new Set(rows.flatMap(({ tables }) => Object.keys(tables)))].toSorted()
  const line = (name: string, of: (row: Rows) => number) =>
    `| ${name} | ${rows.map((row) => of(row).toFixed(3)).join(' | ')} |`
  return [
    `| rows per event, by table | ${rows.map(({ rate }) => `${rate}/s`).join(' | ')} |`,
    `|---|${rows.map(() => '---:|').join('')}`,
    ...names.map((name) => line(name, ({ tables }) => tables[name] ?? 0)),
    line('**in all**', sum),
    line('alarms that rang', ({ rings }) => rings),
  ].join('\n')
}
