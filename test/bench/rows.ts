/**
 * Rows written per event at six rates, and where they go: deletes and alarms counted, what is still owed for kept rows
 * too. And how often objects are called for it, and how long they are there.
 */
import type { Kind, Played, Presence, Present, Rate } from './engine/report'
import { withEngine } from './engine'
import { type Figure, say } from './figure'

interface Play extends Rate {
  budget?: number
  /** Hours of another play, in which objects fall asleep; where somebody comes every second none does. */
  sleepHours?: number
  /** Over before anything is closed, so that what a close writes has to be told from the rates before. */
  isShort?: true
}

const RATES: Play[] = [
  { rate: 0.01, warmHours: 1, hours: 48, sleepHours: 6 },
  { rate: 0.1, warmHours: 1, hours: 24, sleepHours: 1.5, budget: 5 },
  { rate: 1, warmHours: 1, hours: 6, sleepHours: 0.5, budget: 2.5 },
  { rate: 10, warmHours: 1, hours: 2, budget: 0.8 },
  { rate: 100, warmHours: 1, hours: 1, budget: 0.2 },
  { rate: 1000, warmHours: 0.1, hours: 0.03, isShort: true },
]

/** Tables whose rows go one day, each with a delete; of cells, hours and days. */
const PASSING = ['fragment', 'event', 'cell hour', 'cell day']

export interface Rows {
  rate: number
  events: number
  /** Rows per event, by table; `… deleted` where the leap over all retention deleted them. */
  tables: Record<string, number>
  /** Rows read, per event. */
  read: number
  /** Requests for alarms, per event. */
  rings: number
  /** Calls, alarms included, and milliseconds, per event. */
  present: Record<Kind, Present>
  /** Events a second, as they came while that was watched. */
  perSecond: number
}

/** Only the clock that is turned by hand counts here, so that two may share the machine. */
const AT_ONCE = 2

export async function measureRows(built: string): Promise<{ figures: Figure[]; rows: Rows[] }> {
  const measured = new Map<Play, Rows>()
  // The longest first.
  const waiting = RATES.toReversed().values()
  const lane = async () => {
    for (const play of waiting) measured.set(play, await measure(built, play))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  const rows: Rows[] = []
  for (const play of RATES) rows.push(play.isShort ? withCells(measured.get(play)!, rows) : measured.get(play)!)
  const figures = rows.map((row, i): Figure => {
    const { budget, isShort } = RATES[i]!
    const figure: Figure = { name: `rows written per event at ${row.rate} events/s`, value: written(row), unit: '' }
    if (isShort) return { ...figure, isStated: true, note: 'minutes only; of cells at least as from 10 to 100/s on' }
    return budget === undefined ? { ...figure, isStated: true } : { ...figure, budget }
  })
  return { figures, rows }
}

async function measure(built: string, { rate, warmHours, hours, sleepHours }: Play): Promise<Rows> {
  const began = performance.now()
  const given = { site: 1, rate, warmHours, hours }
  const played = await withEngine(built, (engine) => engine.ask<Played>('rate', given))
  const presence = sleepHours ? await asleep(built, { ...given, hours: sleepHours }) : played.presence
  const row = rowsOf(rate, { ...played, presence })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  say(`rows at ${rate}/s: ${written(row).toFixed(3)} per event, ${row.events} events in ${seconds} s`)
  return row
}

export const written = ({ tables }: Rows): number => Object.values(tables).reduce((all, each) => all + each, 0)

function rowsOf(rate: number, played: Played): Rows {
  const { events, alarms, rows, presence, eventsInAll, aged, left } = played
  const tables: Record<string, number> = {}
  for (const [name, count] of Object.entries(rows)) tables[name] = count / events
  for (const [name, count] of Object.entries(aged)) {
    tables[name] = (tables[name] ?? 0) + count / eventsInAll
  }
  for (const name of PASSING) {
    const kept = left[name]?.rows ?? 0
    if (kept) tables[`${name} owed`] = kept / eventsInAll
  }
  const each = ({ calls, busyMs, awakeMs }: Present): Present => ({
    calls: calls / presence.events,
    busyMs: busyMs / presence.events,
    awakeMs: awakeMs / presence.events,
  })
  const { pod, hail, whale } = presence
  return {
    rate,
    events,
    tables,
    read: presence.rowsRead / presence.events,
    rings: alarms / events,
    present: { pod: each(pod), hail: each(hail), whale: each(whale) },
    perSecond: presence.events / presence.seconds,
  }
}

const asleep = (built: string, given: Rate & { site: number }): Promise<Presence> =>
  withEngine(built, (engine) => engine.ask<Presence>('asleep', given))

/** What closes write falls, a tenfold rate further, by as much as it fell the last time; or as was seen, where that is more. */
function withCells(row: Rows, before: readonly Rows[]): Rows {
  const [less, last] = before.slice(-2).map(({ tables }) => tables)
  const tables = { ...row.tables }
  for (const name of Object.keys(last ?? {}).filter((each) => each.startsWith('cell'))) {
    const expected = last![name]! * Math.min(1, last![name]! / less![name]!)
    tables[name] = Math.max(expected, tables[name] ?? 0)
  }
  return { ...row, tables }
}

const NAMES: Record<Kind, string> = { pod: 'Pod', hail: 'Hail', whale: 'Whale' }
const KINDS = Object.keys(NAMES) as Kind[] // Its own keys, which TypeScript calls strings.

const shareOf =
  (kind: Kind, of: 'busyMs' | 'awakeMs') =>
  ({ perSecond, present }: Rows): number =>
    (present[kind][of] * perSecond) / 1000

/** Where the rows go: a line a table, a column a rate. */
export function rowsTable(rows: readonly Rows[]): string {
  const names = [...new Set(rows.flatMap(({ tables }) => Object.keys(tables)))].toSorted()
  const line = (name: string, of: (row: Rows) => number) =>
    `| ${name} | ${rows.map((row) => of(row).toFixed(3)).join(' | ')} |`
  return [
    `| rows per event, by table | ${rows.map(({ rate }) => `${rate}/s`).join(' | ')} |`,
    `|---|${rows.map(() => '---:|').join('')}`,
    ...names.map((name) => line(name, ({ tables }) => tables[name] ?? 0)),
    line('**in all**', written),
    line('alarms that rang', ({ rings }) => rings),
    line('rows read', ({ read }) => read),
    ...KINDS.map((kind) => line(`calls of the ${NAMES[kind]}`, ({ present }) => present[kind].calls)),
    ...KINDS.map((kind) => line(`${NAMES[kind]} busy, share of the time`, shareOf(kind, 'busyMs'))),
    ...KINDS.map((kind) => line(`${NAMES[kind]} not asleep`, shareOf(kind, 'awakeMs'))),
  ].join('\n')
}
