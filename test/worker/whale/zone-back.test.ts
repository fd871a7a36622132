/** A zone set by mistake and set back an hour later: what came meanwhile is counted, and so is all that comes later. */
import { expect, test } from 'vitest'
import { madeSite, view } from '../objects'
import { asked } from './asked'

const HOUR = 3_600_000

test.each([12, 14])(
  'from %i:00 for an hour: hours add up where a zone was changed and changed back within a day',
  async (at) => {
    const day = Math.floor((Date.now() - 2 * 24 * HOUR) / (24 * HOUR)) * 24 * HOUR
    const change = day + at * HOUR
    const zones = [
      { from: 0, zone: 'UTC' },
      { from: change, zone: 'Pacific/Kiritimati' },
      { from: change + HOUR, zone: 'UTC' },
    ]
    const { hail, whale, site, total } = await madeSite('UTC', { zones })
    const everyHour = Array.from({ length: 24 }, (_, i) => view(i, { at: day + i * HOUR + 1000 }))
    await hail().append(everyHour)
    await hail().merge()
    const hours = async () => {
      const [series] = await asked(whale(), site, { interval: 'hour', from: day, to: day + 24 * HOUR })
      return series!.points.map(([, value]) => value)
    }
    expect(await hours()).toEqual(everyHour.map(() => 1))
    await whale().close()
    expect((await whale().status()).pendingPaths).toBe(0)
    expect(await total()).toBe(24)
    const first = await hours()
    await hail().append(everyHour.map((_, i) => view(100 + i, { at: day + i * HOUR + 2000 })))
    await hail().merge()
    await whale().close()
    expect.soft((await whale().status()).pendingPaths).toBe(0)
    expect.soft(await total()).toBe(48)
    expect(first).toEqual(everyHour.map(() => 1))
    const days = await asked(whale(), site, { interval: 'day', from: day, to: day + 24 * HOUR })
    expect(days[0]!.points.reduce((sum, [, value]) => sum + value, 0)).toBe(48)
  },
)
