/**
 * More names than are kept: a million pages, of which a few are seen by everybody and most by nobody twice. What stays
 * by itself must be what is great, and exact where it is greatest; what does not is in `…`, and no hit is lost.
 */
import { expect, test } from 'vitest'
import { value } from '../../../worker/rollup/cell'
import { encode, Fragment } from '../../../worker/rollup/fragment'
import { Pending } from '../../../worker/whale/pending'
import { EXACT_CHILDREN, MOST_CHILDREN, MOST_PATHS } from '../../../worker/whale/tree'
import { Random } from '../../random'
import { madeSite, view } from '../objects'
import { totalsBelow } from './asked'

const START = Date.UTC(2026, 10, 21, 9)
const UTC = [{ from: 0, zone: 'UTC' }]
const HOUR = 3_600_000
const DAY = 24 * HOUR
const KEYS = 1_000_000
const EXPONENT = 1.1
const EVENTS = 1_000_000
/** Events in a slice of the log. */
const SLICE = 5_000
/** These are exact; the others, to the rank that is kept, err by no more than a thousandth of the stream. */
const EXACT = 100
const PARENT = 'page'

/** A rank from 0, drawn by its share: 1/1, 1/2^1.1, 1/3^1.1, … */
function zipf(random: Random): () => number {
  const until = new Float64Array(KEYS)
  let sum = 0
  for (let rank = 0; rank < KEYS; rank++) until[rank] = sum += (rank + 1) ** -EXPONENT
  return () => {
    const at = random.next() * sum
    let [low, high] = [0, KEYS - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (until[middle]! <= at) low = middle + 1
      else high = middle
    }
    return low
  }
}

const hits = (pending: Pending, path: string): number =>
  [...(pending.series('pageview', path)?.values() ?? [])].reduce((sum, cell) => sum + value(cell, 'hits'), 0)

test.each([1, 2])(
  'a million pages keep their first hundred exact, their first thousand close, and their total, seed %i',
  (seed) => {
    const draw = zipf(new Random(seed))
    const counts = new Map<string, number>()
    const pending = new Pending()
    let mostPaths = 0
    for (let from = 0; from < EVENTS; from += SLICE) {
      const fragment = new Fragment()
      for (let i = 0; i < SLICE; i++) {
        const page = `/${draw().toString(36)}`
        counts.set(page, (counts.get(page) ?? 0) + 1)
        fragment.add({ at: START + from, type: 'pageview', dimensions: { page }, metrics: {} })
      }
      for (const part of encode(fragment)) pending.add(part, UTC)
      mostPaths = Math.max(mostPaths, pending.paths)
    }
    expect(mostPaths).toBeLessThanOrEqual(MOST_PATHS + 2)

    for (const tree of pending.hours.values()) tree.cut()
    expect([hits(pending, ''), hits(pending, PARENT)]).toEqual([EVENTS, EVENTS])
    const children = new Map(
      [...pending.children('pageview', PARENT)].map(([key, , cell]) => [key, value(cell, 'hits')]),
    )
    expect(children.size).toBe(MOST_CHILDREN + 1)
    expect([...children.values()].reduce((sum, each) => sum + each, 0)).toBe(EVENTS)

    const ranked = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MOST_CHILDREN)
    const errors = ranked.map(([page, count]) => count - (children.get(`${PARENT}\x1f${page}`) ?? 0))
    expect(errors.slice(0, EXACT)).toEqual(new Array(EXACT).fill(0))
    const kept = ranked.filter(([page]) => children.has(`${PARENT}\x1f${page}`)).length
    const exact = errors.filter((error) => error === 0).length
    const most = Math.max(...errors)
    console.log(
      `${EVENTS} events, ${counts.size} pages: of the first ${MOST_CHILDREN}, ${kept} are kept and ${exact} exact;`,
      `the first that is not is rank ${errors.findIndex((error) => error > 0) + 1};`,
      `they err by ${(errors.reduce((sum, error) => sum + error, 0) / errors.length).toFixed(1)} in the mean, by ${most} at the most`,
      `(rank ${MOST_CHILDREN} has ${ranked.at(-1)![1]} hits); … has ${children.get(`${PARENT}\x1f…`)}`,
    )
    expect(most).toBeLessThanOrEqual(EVENTS / 1_000)
    expect(errors.every((error) => error >= 0)).toBe(true)
  },
)

test('a day that hours and late events fill keeps its great pages, and its total to the last hit', async () => {
  const { site, hail, whale, total } = await madeSite()
  const day = Math.floor(Date.now() / DAY - 1) * DAY
  let number = 0
  const hour = async (at: number, from: number, hitsOf: (page: number) => number) => {
    const entries = Array.from({ length: 3_000 }, (_, i) =>
      view(number++, { at, page: `/${from + i}`, hits: hitsOf(from + i) }),
    )
    for (let i = 0; i < entries.length; i += 1_000) await hail().append(entries.slice(i, i + 1_000))
    await hail().merge()
    await whale().close()
  }
  // The pages of three hours, a tenth of them greater than the rest, and a late thousand for some of the first.
  const hitsOf = (page: number) => (page % 10 ? 1 : 5)
  for (const [i, from] of [0, 3_000, 6_000].entries()) await hour(day + i * HOUR, from, hitsOf)
  await hour(day, 0, (page) => (page % 1_000 ? 1 : 1_000))

  const hits = 3 * (2_700 + 300 * 5) + 2_997 + 3 * 1_000
  expect(await total()).toBe(hits)
  for (const interval of ['day', 'month'] as const) {
    const below = await totalsBelow(whale(), site, ['page'], { interval, from: day, to: day + DAY })
    expect([interval, Object.values(below).reduce((sum, each) => sum + each, 0)]).toEqual([interval, hits])
    expect(Object.keys(below).length).toBeLessThanOrEqual(EXACT_CHILDREN + 1)
    for (const page of [0, 1_000, 2_000]) expect([page, below[`/${page}`]]).toEqual([page, 1_005])
    for (const page of [3_000, 8_990]) expect([page, below[`/${page}`]]).toEqual([page, 5])
  }
})
