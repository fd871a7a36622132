import { expect, test } from 'vitest'
import { timeTicks } from '../../../sdk/chart/time'

const HOUR = 3_600_000
const run = (from: string, step: number, count: number) =>
  Array.from({ length: count }, (_, i) => Date.parse(from) + i * step)

test.each([
  ['a day by the hour', run('2026-11-20T10:00Z', HOUR, 24), 6, 'UTC', ['12:00', '18:00', '21 Nov', '06:00']],
  [
    'the site’s midnight, not ours',
    run('2026-11-20T10:00Z', HOUR, 24),
    6,
    'Asia/Kolkata',
    ['18:30', '00:30', '06:30', '12:30'],
  ],
  [
    'a month by the day',
    run('2026-11-01T00:00Z', 24 * HOUR, 30),
    6,
    'UTC',
    ['2 Nov', '9 Nov', '16 Nov', '23 Nov', '30 Nov'],
  ],
  [
    'a year by the day',
    run('2025-11-22T00:00Z', 24 * HOUR, 365),
    7,
    'UTC',
    ['2026', 'Mar', 'May', 'Jul', 'Sept', 'Nov'],
  ],
  ['an hour by the minute', run('2026-11-21T09:00Z', 60_000, 60), 4, 'UTC', ['09:00', '09:15', '09:30', '09:45']],
  ['nothing', [], 6, 'UTC', []],
])('labels %s', (_, starts, most, timezone, texts) => {
  expect(timeTicks(starts, most, timezone).map(({ text }) => text)).toEqual(texts)
})

test('labels bucket starts only, never more than asked, in order', () => {
  for (const step of [10_000, 60_000, HOUR, 24 * HOUR, 7 * 24 * HOUR, 31 * 24 * HOUR]) {
    for (const count of [1, 2, 24, 400]) {
      const starts = run('2025-03-15T00:00Z', step, count)
      const ticks = timeTicks(starts, 8, 'America/St_Johns').map(({ ms }) => ms)
      expect(ticks.length).toBeLessThanOrEqual(8)
      expect(ticks).toEqual(starts.filter((start) => ticks.includes(start)))
    }
  }
})
