/** Where children are too many: what is folded goes on being counted, wherever it was counted before. */
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { madeSite } from '../objects'
import { asked } from './asked'

const entry = (dimensions: unknown, metrics: Record<string, number> = { hits: 1 }) => ({
  ...place(undefined, Date.now()),
  text: JSON.stringify([{ at: Date.now(), type: 'pageview', dimensions, metrics }]),
})

test('ready paths are still counted beside more than a thousand others, without which nothing counts above them', async () => {
  const { hail, whale, total } = await madeSite()
  // shop›shoes is the busiest path of all, and nothing counts at `shop` itself.
  await hail().append(Array.from({ length: 50 }, () => entry([['shop', 'shoes']])))
  await hail().append(Array.from({ length: 1_100 }, (_, i) => entry([[`other${i}`]])))
  await hail().merge()
  expect(await total('hits', ['shop', 'shoes'])).toBe(50)
  await whale().close()
  expect(await total('hits', ['shop', 'shoes'])).toBe(50)
})

test('children add up to their parent after every fold, over closes, days and months', async () => {
  const { hail, whale, total, site } = await madeSite()
  let n = 0
  for (let close = 0; close < 6; close++) {
    await hail().append(Array.from({ length: 950 }, () => entry({ page: { [`/${n}`]: { [`x${n++ % 7}`]: {} } } })))
    await hail().merge()
    await whale().close()
  }
  expect(await total('hits', ['page'])).toBe(n)
  for (const interval of ['hour', 'day', 'all'] as const) {
    const series = await asked(whale(), site, {
      dimension: ['page'],
      depth: 1,
      interval,
      from: interval === 'all' ? 0 : Date.now() - 86_400_000,
    })
    expect(series.slice(1).reduce((sum, each) => sum + each.total, 0)).toBe(n)
  }
})

test('the greatest stays when others count against it with negative hits', async () => {
  const { hail, whale, total } = await madeSite()
  await hail().append([entry({ sales: 'refunds' }, { hits: -900, dollars: -1e6 })])
  await hail().append(Array.from({ length: 1_100 }, (_, i) => entry({ sales: `s${i}` })))
  await hail().merge()
  await whale().close()
  expect(await total('dollars', ['sales', 'refunds'])).toBe(-1e6)
})

test('a sender may call its dimensions as it likes', async () => {
  const { hail, whale, site, total } = await madeSite()
  const names = [
    '__proto__',
    'constructor',
    ':gauges',
    ':visitors',
    '*',
    '_',
    'toString',
    'a*b',
    'hits',
    '"',
    '\\',
    '%',
    "'",
  ]
  for (const name of names)
    await hail().append([entry({ [name]: { [name]: name } }, name === 'hits' ? { hits: 2 } : { hits: 1, [name]: 2 })])
  await hail().merge()
  // By its root, since a reader may ask little more than once a second.
  for (let round = 0; round < 2; round++) {
    const found = await asked(whale(), site, { depth: 3 })
    const at = (...path: string[]) => found.find(({ dimension }) => dimension.join('/') === path.join('/'))?.total
    for (const name of names) expect(at(name, name, name), name).toBe(name === 'hits' ? 2 : 1)
    for (const name of ['__proto__', 'constructor', '"', '\\', '%', "'"])
      expect(await total(name, [name]), name).toBe(2)
    await whale().close()
    await scheduler.wait(2_000)
  }
}, 60_000)
