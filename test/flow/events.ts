/** Events as a shop's own program would send them: made by chance, the same for the same seed and moment. */
import type { Dimensions } from '../../sdk/wire/event'
import type { Said } from '../naive'
import { Random } from '../random'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const TYPES = ['pageview', 'sale', 'sale.web', 'sale.app', 'request.sql', 'request.sql.read']
const COUNTRIES = ['SE', 'US', 'DE', 'IN', 'BR', 'JP', 'é', '日本']
const REGIONS = ['north', 'south', 'east west']
const DEVICES = ['phone', 'desktop', 'tablet']
const PAGES = Array.from({ length: 40 }, (_, i) => `/page/${i}`)
const SHELVES = ['books', 'toys', 'tools']

/** What every one of them has in common is only that a naive counter must read them as the real one does. */
const dimensions: readonly ((random: Random) => Dimensions)[] = [
  (random) => ({ page: random.favour(PAGES) }),
  (random) => ({ country: { [random.favour(COUNTRIES)]: random.pick(REGIONS) }, device: random.favour(DEVICES) }),
  (random) => [random.pick(SHELVES), `shelf ${random.whole(1, 4)}`, 'a'],
  (random) => [['way', random.pick(REGIONS)], ['way', random.pick(DEVICES), 'x'], [random.pick(SHELVES)]],
  (random) => ({ a: random.whole(1, 5), b: { x: 1, y: [random.whole(1, 3), 'z'] }, c: null, d: true }),
  (random) => random.pick(SHELVES),
  () => null,
]

/** Whole thousandths, of both signs; `weight` in eighths, which doubles hold exactly. */
const metrics: readonly ((random: Random) => Said['metrics'])[] = [
  () => undefined,
  (random) => ({ dollars: random.whole(-200_000, 500_000) / 100, bytes: random.whole(0, 300) }),
  (random) => ({ share: random.whole(1, 999) / 1000, weight: random.whole(-80, 160) / 8 }),
  (random) => ({ hits: random.whole(0, 4), bytes: random.whole(1, 50) }),
  () => ['sessions', 'clicks'],
  () => ({ sessions: 1, engaged: 1, dollars: 0.1 }),
]

/** Over the last sixty days, the more the later, and one in ten within the last hour. */
function moment(random: Random, now: number): number {
  const age = random.chance(0.1) ? random.next() * HOUR : random.next() ** 2 * 60 * DAY
  return Math.floor(now - age)
}

export function* events(seed: number, now: number, count: number): Generator<Said> {
  const random = new Random(seed)
  for (let i = 0; i < count; i++) {
    const numbers = random.favour(metrics)(random)
    const tree = random.favour(dimensions)(random)
    yield {
      type: random.favour(TYPES),
      at: moment(random, now),
      ...(tree !== null && { dimensions: tree }),
      ...(numbers && { metrics: numbers }),
    }
  }
}
