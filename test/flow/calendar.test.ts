import { expect, test } from 'vitest'
import { call, graph, makeSite } from './api'
import { startServer } from './server'

/** Half past eleven at night in UTC, on days that try a calendar; where it lies for whoever lives there. */
test.each([
  ['Asia/Kolkata', '2026-03-31', '2026-04-01', '2026-03-30', '2026-04-01', '2026-04-01', '2026-01-01'],
  ['Asia/Kolkata', '2025-12-31', '2026-01-01', '2025-12-29', '2026-01-01', '2026-01-01', '2026-01-01'],
  ['Europe/Stockholm', '2026-03-28', '2026-03-29', '2026-03-23', '2026-03-01', '2026-01-01', '2026-01-01'],
  ['Europe/Stockholm', '2026-03-29', '2026-03-30', '2026-03-30', '2026-03-01', '2026-01-01', '2026-01-01'],
  ['Europe/Stockholm', '2025-10-25', '2025-10-26', '2025-10-20', '2025-10-01', '2025-10-01', '2025-01-01'],
  ['Europe/Stockholm', '2025-10-26', '2025-10-27', '2025-10-27', '2025-10-01', '2025-10-01', '2025-01-01'],
  ['America/St_Johns', '2026-03-31', '2026-03-31', '2026-03-30', '2026-03-01', '2026-01-01', '2026-01-01'],
  ['America/St_Johns', '2026-03-08', '2026-03-08', '2026-03-02', '2026-03-01', '2026-01-01', '2026-01-01'],
])(
  'in %s an event of %s 23:30 UTC lies on day %s, week %s, month %s, quarter %s, year %s',
  async (timezone, date, ...expected) => {
    const server = await startServer()
    const { site, keys } = await makeSite(server, { timezone })
    const at = Date.parse(`${date}T23:30:00Z`)
    expect((await call(server, 'POST', '/count', { type: 'sale', at }, keys.write)).body).toMatchObject({ accepted: 1 })

    const intervals = ['day', 'week', 'month', 'quarter', 'year'] as const
    for (const [i, interval] of intervals.entries()) {
      const { series } = await graph(server, site, { type: 'sale', interval, period: `${interval}:2y` })
      const counted = series[0]!.points.filter(([, value]) => value > 0)
      const local = new Intl.DateTimeFormat('sv', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' })
      expect([interval, counted.map(([start, value]) => [local.format(start), value])]).toEqual([
        interval,
        [[`${expected[i]} 00:00`, 1]],
      ])
    }
    const whole = await graph(server, site, { type: 'sale', period: 'all' })
    expect(whole.series[0]).toMatchObject({ total: 1 })
  },
)

test('counts whole buckets, and says so in the answer', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  await call(server, 'POST', '/count', { type: 'sale', at: Date.parse('2026-03-10T12:00:00Z') }, keys.write)
  const whole = (interval: string) => graph(server, site, { type: 'sale', interval, period: '2026-02-01..2026-02-28' })
  expect(await whole('month')).toMatchObject({
    from: Date.parse('2026-02-01'),
    to: Date.parse('2026-03-01'),
    series: [{ total: 0 }],
  })
  const quarter = await whole('quarter')
  expect(quarter).toMatchObject({ from: Date.parse('2026-01-01'), series: [{ total: 1 }] })
  expect(quarter.to).toBe(Math.min(Date.parse('2026-04-01'), quarter.to))
  expect(quarter.to).toBeGreaterThan(Date.parse('2026-03-10T12:00:00Z'))
  const running = await graph(server, site, { type: 'sale', period: 'month:1y', metric: 'hits:+' })
  expect(running.series[0]!.points.at(-1)![1]).toBe(1)
})
