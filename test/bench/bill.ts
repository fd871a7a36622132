/** What the engine's figures come to on Cloudflare: an event's usage by rate, as it was measured here. */
import {
  atMost,
  carried,
  costTable,
  freeTable,
  type Measured,
  OBJECT_GB,
  PLAN,
  PRICES,
  READ_ON,
  type Usage,
} from './cost'
import type { Kind, Present } from './engine/report'
import type { Month } from './month'
import { type Rows, written } from './rows'
import type { Served } from './server'

const GB = 1e9
const COLD = 'beacons, each a new page load'
const KINDS: readonly Kind[] = ['pod', 'hail', 'whale']
/** A script says a view, and as the page goes away how long it was seen: two beacons. */
const BEACONS_A_VIEW = 2

interface Known {
  rows: { rows: Rows[] }
  server: Pick<Served, 'rows'>
  month: { month: Month }
}

/** `whileIdle`: as if an object were billed until it falls asleep, and not only while somebody waits for it. */
function usageOf({ server, month: { month } }: Known, rows: Rows, whileIdle = false): Usage {
  const { present } = rows
  const sum = (of: (each: Present) => number) => KINDS.reduce((all, kind) => all + of(present[kind]), 0)
  // The dearest; and what the objects and the runtime took is taken for the Worker's own.
  const cold = server.rows.find(({ name }) => name === COLD)
  if (!cold) throw new Error(`no figure of ${COLD}`)
  return {
    requests: 1,
    // Seconds per 1,000 are milliseconds of one.
    cpu: cold.cpu,
    calls: sum(({ calls }) => calls),
    awake: (sum(({ busyMs, awakeMs }) => (whileIdle ? awakeMs : busyMs)) / 1000) * OBJECT_GB,
    written: written(rows),
    read: rows.read,
    stored: month.weights.file / month.events / GB,
  }
}

export function billTable(known: Known): string {
  const measured = (whileIdle: boolean): Measured[] =>
    known.rows.rows.map((rows) => ({ rate: rows.rate, usage: usageOf(known, rows, whileIdle) }))
  const asBilled = measured(false)
  const [tightest] = carried(asBilled)
  const [idle] = carried(measured(true))
  if (!tightest || !idle) throw new Error('nothing is bounded')
  const views = atMost(tightest.events / BEACONS_A_VIEW, 2)
  return [
    `Dollars for a million events at the list prices of ${READ_ON}; the last column is a month's whole bill, the $${PLAN} plan with all it includes taken off.`,
    costTable(asBilled),
    `**The free plan carries ${atMost(tightest.events, 2)} beacons a day**, or ${views} pageviews whose pages are left too; ${PRICES[tightest.item].name} end first. The script is a request of its own, once a visitor and hour, and so is each question.`,
    freeTable(asBilled),
    `Were objects billed until they fall asleep, it would be ${atMost(idle.events, 2)} beacons, and ${PRICES[idle.item].name} would end first.`,
  ].join('\n\n')
}
