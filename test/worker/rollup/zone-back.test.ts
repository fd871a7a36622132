/** A zone that was set by mistake and set back within the day: days must still begin before what lies in them. */
import { expect, test } from 'vitest'
import { calendarOf } from '../../../worker/rollup/calendar'
import { hoursIn, packHours } from '../../../worker/rollup/hours'
import { dateOf, floor, startOfDate } from '../../../worker/rollup/interval'

const HOUR = 3_600_000

test('every moment lies in a day that began before it, where a zone was changed and changed back', () => {
  const noon = Date.UTC(2026, 5, 10)
  for (const [home, away] of [
    ['UTC', 'Pacific/Kiritimati'],
    ['Europe/Stockholm', 'Asia/Tokyo'],
    ['America/New_York', 'Europe/Paris'],
    ['UTC', 'Pacific/Pago_Pago'],
  ] as const) {
    for (let from = 0; from < 24; from++) {
      for (const length of [1, 2, 5, 12]) {
        const zones = [
          { from: 0, zone: home },
          { from: noon + from * HOUR, zone: away },
          { from: noon + (from + length) * HOUR, zone: home },
        ]
        const calendar = calendarOf(zones)
        for (let at = noon; at < noon + 48 * HOUR; at += HOUR / 2) {
          const day = calendar.day(at)
          const told = `${home} ${away} ${from}+${length} at ${new Date(at).toISOString()}`
          expect(calendar.startOfDay(day) <= at, told).toBe(true)
          expect(calendar.startOfDay(day + 1) > at, told).toBe(true)
        }
      }
    }
  }
})

test('hours of a day are read as they were packed, where a zone was changed and changed back', () => {
  const change = Date.UTC(2026, 5, 10, 12)
  const zones = [
    { from: 0, zone: 'UTC' },
    { from: change, zone: 'Pacific/Kiritimati' },
    { from: change + HOUR, zone: 'UTC' },
  ]
  const hour = floor('hour', change + 1, zones)
  const day = startOfDate(dateOf(hour, zones), zones)
  const cell = { names: ['hits'], sums: [1], carries: [0], gauges: undefined, visitors: undefined }
  expect([...hoursIn(day, packHours(day, new Map([[hour, cell]])))]).toEqual([[hour, cell]])
})
