/**
 * What events cost on Cloudflare: its list prices as data, and the arithmetic from what one event uses to dollars and to
 * what the free plan carries. Pure: what was measured comes in. It knows nothing of taxes, nor of an account's other sites.
 */

const MILLION = 1e6
const DAY_S = 86_400
/** A twelfth of a year. */
export const MONTH_S = (365.2425 / 12) * DAY_S

/** When these were read: developers.cloudflare.com, workers/platform/pricing and durable-objects/platform/pricing. */
export const READ_ON = '2026-11-26'
/** Dollars a month of the paid plan. */
export const PLAN = 5
/** An object is billed for so much memory while it is awake, whatever it uses. */
export const OBJECT_GB = 0.128

interface Price {
  name: string
  /** Of one. */
  dollars: number
  /** In the paid plan, a month. */
  included: number
  /** On the free plan, a day; absent where a day has no bound. */
  free?: number
}

export const PRICES = {
  requests: { name: 'Worker requests', dollars: 0.3 / MILLION, included: 10 * MILLION, free: 100_000 },
  cpu: { name: 'CPU', dollars: 0.02 / MILLION, included: 30 * MILLION },
  calls: { name: 'calls of objects', dollars: 0.15 / MILLION, included: MILLION, free: 100_000 },
  awake: { name: 'awake', dollars: 12.5 / MILLION, included: 400_000, free: 13_000 },
  written: { name: 'rows written', dollars: 1 / MILLION, included: 50 * MILLION, free: 100_000 },
  read: { name: 'rows read', dollars: 0.001 / MILLION, included: 25_000 * MILLION, free: 5 * MILLION },
  stored: { name: 'stored, first month', dollars: 0.2, included: 5 },
} satisfies Record<string, Price>

export type Item = keyof typeof PRICES
export const ITEMS = Object.keys(PRICES) as Item[] // Its own keys, which TypeScript calls strings.

/** What one event uses: requests, milliseconds of CPU, calls and alarms, GB-s, rows, rows, GB for a month. */
export type Usage = Readonly<Record<Item, number>>

/** An event's usage where they come at a rate a second. */
export interface Measured {
  rate: number
  usage: Usage
}

const priceOf = (item: Item): Price => PRICES[item]

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/** Dollars a million events, by item. */
export const listPrice = (usage: Usage, item: Item): number => usage[item] * priceOf(item).dollars * MILLION

export const wholeListPrice = (usage: Usage): number => sum(ITEMS.map((item) => listPrice(usage, item)))

/** Dollars of a month of so many events, what the plan includes taken off; it is the account's only site. */
export function monthly(usage: Usage, events: number): number {
  const beyond = (item: Item) => Math.max(0, usage[item] * events - priceOf(item).included)
  return PLAN + sum(ITEMS.map((item) => beyond(item) * priceOf(item).dollars))
}

/** Between two rates a power law, which a straight line of logarithms is; beyond the outermost they stay as they are. */
export function usageAt(measured: readonly Measured[], rate: number): Usage {
  const above = measured.findIndex((each) => each.rate >= rate)
  if (above === 0) return measured[0]!.usage
  if (above < 0) return measured.at(-1)!.usage
  const [low, high] = [measured[above - 1]!, measured[above]!]
  const share = Math.log(rate / low.rate) / Math.log(high.rate / low.rate)
  const between = (item: Item) => {
    const [a, b] = [low.usage[item], high.usage[item]]
    return a > 0 && b > 0 ? a * (b / a) ** share : a + (b - a) * share
  }
  return Object.fromEntries(ITEMS.map((item) => [item, between(item)])) as Usage
}

export interface Carried {
  item: Item
  /** Events a day, spread evenly over it. */
  events: number
}

/** Halvings of a span that holds any answer. */
const STEPS = 60
const MOST_A_DAY = 1e12

/** How many events a day the free plan's bounds carry, the tightest first. */
export function carried(measured: readonly Measured[]): Carried[] {
  const bounded = ITEMS.filter((item) => priceOf(item).free !== undefined)
  const most = (item: Item): number => {
    let [low, high] = [0, MOST_A_DAY]
    for (let step = 0; step < STEPS; step++) {
      const events = (low + high) / 2
      if (usageAt(measured, events / DAY_S)[item] * events <= priceOf(item).free!) low = events
      else high = events
    }
    return low
  }
  return bounded.map((item) => ({ item, events: Math.round(most(item)) })).sort((a, b) => a.events - b.events)
}

const dollars = (value: number): string => (value === 0 ? '0' : value.toPrecision(value < 1 ? 2 : 3))
const COUNT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** A bound in few digits, and never more than it is. */
export const atMost = (value: number, digits: number): string =>
  new Intl.NumberFormat('en-US', { maximumSignificantDigits: digits, roundingMode: 'floor' }).format(value)

/** Dollars a million events by item, a line a rate. */
export function costTable(measured: readonly Measured[]): string {
  const line = ({ rate, usage }: Measured) => {
    const events = rate * MONTH_S
    const cells = [
      `${rate}/s`,
      COUNT.format(events),
      ...ITEMS.map((item) => dollars(listPrice(usage, item))),
      `**${dollars(wholeListPrice(usage))}**`,
      monthly(usage, events).toFixed(2),
    ]
    return `| ${cells.join(' | ')} |`
  }
  const head = ['events', 'a month', ...ITEMS.map((item) => PRICES[item].name), '**$ a million, list**', '$ a month']
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---:|').join('')}`, ...measured.map(line)].join('\n')
}

/** What each bound of the free plan carries, the tightest first. */
export function freeTable(measured: readonly Measured[]): string {
  const lines = carried(measured).map(({ item, events }, i) => {
    const mark = i ? '' : '**'
    const cells = [PRICES[item].name, COUNT.format(priceOf(item).free!), `${mark}${atMost(events, 3)}${mark}`]
    return `| ${cells.join(' | ')} |`
  })
  return ['| of the free plan | a day | carry events a day |', '|---|---:|---:|', ...lines].join('\n')
}
