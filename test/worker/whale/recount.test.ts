/**
 * Through the real objects: what was closed, what is pending and what only lies in the log add up, at every interval, to
 * what Temporal's calendar puts there, in zones that try one; and children with `…` add up to their parent.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { add, empty, value } from '../../../worker/rollup/cell'
import { Tree } from '../../../worker/whale/tree'
import { bucketOf, bucketsOf, DAY_INTERVALS, firstDate, zoned, ZONES } from '../../calendar'
import { Random } from '../../random'
import { madeSite, view } from '../objects'
import { asked } from './asked'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Days are kept for 800 of them, hours for 93. */
const DAYS_BACK = 780
const HOURS_BACK = 90 * DAY
const EVENTS = 240

/** Around every change of clocks, around the turns of days, and anywhere. */
function moments(random: Random, zone: string, now: number): number[] {
  const since = now - DAYS_BACK * DAY
  const changes: number[] = []
  for (let ms = since; ms < now - DAY; ms += DAY) {
    if (zoned(ms, zone).offsetNanoseconds === zoned(ms + DAY, zone).offsetNanoseconds) continue
    changes.push(zoned(ms, zone).getTimeZoneTransition('next')!.epochMilliseconds)
  }
  return Array.from({ length: EVENTS }, (_, i) => {
    if (i % 3 === 0 && changes.length)
      return random.pick(changes) + random.whole(-16, 16) * (HOUR / 4) - random.whole(0, 1)
    const any = random.whole(since, now)
    if (i % 3 === 1) return Math.min(now, bucketOf('day', any, zone)[1] + random.whole(-2, 1))
    return i % 2 ? any : random.whole(now - HOURS_BACK, now)
  })
}

/** Two thirds of them are merged, one of these closed; the last lies in the log. */
async function counted(all: readonly number[], { hail, whale }: Awaited<ReturnType<typeof madeSite>>): Promise<void> {
  const third = all.length / 3
  const entries = all.map((at, i) => view(i, { at, page: `/${i % 5}` }))
  await hail().append(entries.slice(0, third))
  await hail().merge()
  await whale().close()
  await hail().append(entries.slice(third, 2 * third))
  await hail().merge()
  await hail().append(entries.slice(2 * third))
}

const perBucket = <Key>(all: readonly number[], keyOf: (ms: number) => Key): [Key, number][] =>
  [...Map.groupBy(all, keyOf)].map(([key, group]): [Key, number] => [key, group.length])

const byStart = ([a]: [number, number], [b]: [number, number]) => a - b

test.concurrent.each(ZONES)('every interval of %s agrees with a recount', async (zone) => {
  const site = await madeSite(zone)
  const now = Date.now()
  const all = new Random(ZONES.indexOf(zone)).shuffled(moments(new Random(ZONES.indexOf(zone)), zone, now))
  await counted(all, site)

  for (const interval of DAY_INTERVALS) {
    const from = interval === 'day' || interval === 'week' ? now - (DAYS_BACK + 5) * DAY : Date.UTC(2020, 0)
    const [series] = await asked(site.whale(), site.site, { interval, from, to: now + 1 })
    expect(series!.points.map(([start]) => start)).toEqual(bucketsOf(interval, from, now + 1, zone).starts)
    const found = series!.points.filter(([, hits]) => hits !== 0)
    expect([interval, found]).toEqual([
      interval,
      perBucket(all, (ms) => bucketOf(interval, ms, zone)[0]).toSorted(byStart),
    ])
  }
  const [hours] = await asked(site.whale(), site.site, { interval: 'hour', from: now - HOURS_BACK, to: now + 1 })
  const first = hours!.points[0]![0]
  const recent = all.filter((ms) => ms >= first)
  expect(hours!.points.filter(([, hits]) => hits !== 0)).toEqual(
    perBucket(recent, (ms) => bucketOf('hour', ms, zone)[0]).toSorted(byStart),
  )
  const [whole] = await asked(site.whale(), site.site)
  expect(whole!.total).toBe(all.length)
})

test.concurrent.each([
  ['Europe/Stockholm', 'America/New_York'],
  ['Pacific/Apia', 'America/Havana'],
  ['America/Sao_Paulo', 'Asia/Kathmandu'],
  ['Asia/Tehran', 'Pacific/Chatham'],
])('a site that moved from %s to %s has every event on its date, once', async (old, young) => {
  const now = Date.now()
  const seam = Math.floor((now - 40 * DAY) / HOUR) * HOUR
  const zones = [
    { from: 0, zone: old },
    { from: seam, zone: young },
  ]
  const site = await madeSite(old, { zones })
  const random = new Random(seam)
  const all = Array.from({ length: EVENTS }, (_, i) =>
    i % 2 ? seam + random.whole(-100, 100) * (HOUR / 4) - random.whole(0, 1) : random.whole(now - 500 * DAY, now),
  )
  await counted(all, site)

  // No date comes twice: where clocks went back over midnight by the move, it is the later date still.
  const last = zoned(seam - 1, old).toPlainDate()
  const dateOf = (ms: number) => {
    const date = zoned(ms, ms < seam ? old : young).toPlainDate()
    return ms >= seam && date.toString() < last.toString() ? last : date
  }
  for (const interval of DAY_INTERVALS) {
    const [series] = await asked(site.whale(), site.site, { interval, from: now - 510 * DAY, to: now + 1 })
    const found = series!.points
      .filter(([, hits]) => hits !== 0)
      .map(([start, hits]) => [firstDate(interval, dateOf(start)), hits])
    const wanted = perBucket(all, (ms) => firstDate(interval, dateOf(ms)))
    expect([interval, Object.fromEntries(found)]).toEqual([interval, Object.fromEntries(wanted)])
    expect([interval, found.length]).toEqual([interval, wanted.length])
  }
})

interface Seen {
  at: number
  visitor: number
  load: number
}

test('visitors and gauges are whole over what is closed, what is pending and what lies in the log', async () => {
  const { site, hail, whale } = await madeSite('Asia/Kolkata')
  const now = Date.now()
  const random = new Random(4)
  const seen = Array.from({ length: 600 }, (): Seen => {
    const visitor = random.whole(0, 250) * 4_000_000_007
    return { at: now - random.whole(0, 40 * DAY), visitor, load: random.whole(-5_000, 5_000) }
  })
  const entries = seen.map(({ at, visitor, load }, i) => {
    const events = [
      { at, type: 'pageview', dimensions: { country: `c${visitor % 2}` }, metrics: {}, gauges: { load }, visitor },
    ]
    return { ...view(i, { at }), text: JSON.stringify(events) }
  })
  await hail().append(entries.slice(0, 200))
  await hail().merge()
  await whale().close()
  await hail().append(entries.slice(200, 400))
  await hail().merge()
  await hail().append(entries.slice(400))

  const people = (some: readonly Seen[]) => new Set(some.map(({ visitor }) => visitor)).size
  const totalOf = async (metric: string, dimension: string[] = []) =>
    (await asked(whale(), site, { metric, dimension, from: now - 60 * DAY }))[0]!.total
  expect(await totalOf('visitors')).toBe(people(seen))
  expect(await totalOf('visitors', ['country'])).toBe(people(seen))
  expect(await totalOf('visitors', ['country', 'c1'])).toBe(people(seen.filter(({ visitor }) => visitor % 2)))
  const days = (await asked(whale(), site, { metric: 'visitors', interval: 'day', from: now - 50 * DAY }))[0]!.points
  const byDay = Map.groupBy(seen, ({ at }) => bucketOf('day', at, 'Asia/Kolkata')[0])
  expect(days.filter(([, count]) => count)).toEqual(
    [...byDay].map(([day, some]) => [day, people(some)]).toSorted(([a], [b]) => a! - b!),
  )
  const loads = seen.map(({ load }) => load)
  expect(await totalOf('max(load)')).toBe(Math.max(...loads))
  expect(await totalOf('min(load)')).toBe(Math.min(...loads))
  expect(await totalOf('last(load)')).toBe(seen.toSorted((a, b) => b.at - a.at)[0]!.load)
  expect(await totalOf('mean(load)')).toBeCloseTo(loads.reduce((sum, load) => sum + load, 0) / loads.length, 9)
})

const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
const counts = fc.array(fc.tuple(word, word, word, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 80 })

test('children and … add up to their parent, however few may stay', () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 10 }), (all, most, slice) => {
      const tree = new Tree()
      for (let from = 0; from < all.length; from += slice) {
        const sums = new Map<string, number>()
        for (const [a, b, c, hits] of all.slice(from, from + slice)) {
          for (const path of [[], [a], [a, b], [a, b, c]]) {
            const key = path.join('\x1f')
            sums.set(key, (sums.get(key) ?? 0) + hits)
          }
        }
        // As a part has them: parents before what is below them.
        for (const key of [...sums.keys()].toSorted()) {
          const cell = empty()
          add(cell, 'hits', sums.get(key)!)
          tree.add('pageview', key, cell)
        }
        tree.cut(most)
      }
      for (const { node } of tree.nodes()) {
        if (!node.below) continue
        const below = [...node.below.values()].reduce((sum, child) => sum + value(child.cell, 'hits'), 0)
        expect(node.below.size).toBeLessThanOrEqual(most + 1)
        expect(below).toBe(value(node.cell, 'hits'))
      }
      const total = all.reduce((sum, [, , , hits]) => sum + hits, 0)
      expect(value(tree.find('pageview', '')!.cell, 'hits')).toBe(total)
    }),
  )
})
