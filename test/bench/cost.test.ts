import { expect, test } from 'vitest'
import {
  atMost,
  carried,
  costTable,
  freeTable,
  listPrice,
  type Measured,
  monthly,
  OBJECT_GB,
  PLAN,
  type Usage,
  usageAt,
  wholeListPrice,
} from './cost'

const NOTHING: Usage = { requests: 0, cpu: 0, calls: 0, awake: 0, written: 0, read: 0, stored: 0 }
const using = (usage: Partial<Usage>): Usage => ({ ...NOTHING, ...usage })

test.each([
  ['requests', 1, 0.3],
  ['cpu', 0.5, 0.01],
  ['calls', 2, 0.3],
  ['awake', 0.0128, 0.16],
  ['written', 1.5, 1.5],
  ['read', 10, 0.01],
  // A hundred bytes.
  ['stored', 1e-7, 0.02],
] as const)('a million events that use of %s %d each cost $%d of it', (item, amount, dollars) => {
  expect(listPrice(using({ [item]: amount }), item)).toBeCloseTo(dollars, 10)
})

test('an object that is awake for 30 days has the GB-s of Cloudflare’s own example', () => {
  expect(OBJECT_GB * 30 * 86_400).toBeCloseTo(331_776, 6)
})

test('adds what each item costs', () => {
  expect(wholeListPrice(using({ requests: 1, calls: 1, written: 1 }))).toBeCloseTo(1.45, 10)
})

test('a month costs what the plan does, and what is beyond that', () => {
  const usage = using({ requests: 1, written: 2 })
  expect(monthly(usage, 1e6)).toBe(PLAN)
  expect(monthly(usage, 25e6)).toBeCloseTo(PLAN + 15 * 0.3, 10)
  expect(monthly(usage, 30e6)).toBeCloseTo(PLAN + 20 * 0.3 + 10, 10)
})

const measured: Measured[] = [
  { rate: 0.1, usage: using({ requests: 1, written: 4 }) },
  { rate: 10, usage: using({ requests: 1, written: 1 }) },
]

test.each([
  [0.01, 4],
  [0.1, 4],
  [1, 2],
  [10, 1],
  [100, 1],
])('at %d/s an event writes %d rows', (rate, rows) => {
  const usage = usageAt(measured, rate)
  expect(usage.written).toBeCloseTo(rows, 10)
  expect(usage.requests).toBeCloseTo(1, 10)
})

test('the free plan carries what its tightest bound does', () => {
  const [tightest, other] = carried(measured)
  expect(other).toMatchObject({ item: 'requests', events: 100_000 })
  expect(tightest!.item).toBe('written')
  const rows = tightest!.events * usageAt(measured, tightest!.events / 86_400).written
  expect(rows).toBeGreaterThan(99_990)
  expect(rows).toBeLessThanOrEqual(100_000)
})

test('its tables have a line a rate and a line a bound', () => {
  expect(costTable(measured).split('\n').slice(2)).toEqual([
    '| 0.1/s | 263,000 | 0.30 | 0 | 0 | 0 | 4.00 | 0 | 0 | **4.30** | 5.00 |',
    '| 10/s | 26,300,000 | 0.30 | 0 | 0 | 0 | 1.00 | 0 | 0 | **1.30** | 9.89 |',
  ])
  expect(freeTable(measured)).toContain('| Worker requests | 100,000 | 100,000 |')
})

test('a bound is not rounded to more than it is', () => {
  expect([atMost(55_999, 2), atMost(55_999, 3), atMost(950, 2)]).toEqual(['55,000', '55,900', '950'])
  expect(freeTable([{ rate: 1, usage: using({ written: 6 }) }])).toContain('| rows written | 100,000 | **16,600** |')
})
