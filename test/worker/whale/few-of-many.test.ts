/** Of very many children a few are shown: those are known by sums of days and months, and only theirs are read by the hour. */
import { expect, test } from 'vitest'
import { madeSite, view } from '../objects'
import { metricOf } from './asked'

const HOUR = 3_600_000

test('shows the same few children, in the same order and with the same hours, as if it had read them all', async () => {
  const { hail, whale, site } = await madeSite('Europe/Stockholm')
  const now = Date.now()
  let number = 0
  const views = Array.from({ length: 40 }, (_, page) =>
    Array.from({ length: 1 + ((page * 7) % 41) }, (__, i) =>
      view(number++, { at: now - ((i * 53 + page * 11) % (70 * 24)) * HOUR, page: `/${page}` }),
    ),
  ).flat()
  await hail().append(views)
  await hail().merge()
  await whale().close()
  await hail().append(views.slice(0, 60).map((_, i) => view(number + i, { at: now - i * HOUR, page: `/${i % 3}` })))
  const metric = metricOf('hits')
  const ask = async (limit: number, rest?: true) => {
    const { series } = await whale().answer({
      type: 'pageview',
      dimension: ['page'],
      metrics: [metric],
      interval: 'hour',
      from: now - 65 * 24 * HOUR + 7 * HOUR,
      to: now + 1,
      now,
      timezone: 'Europe/Stockholm',
      zones: site.zones,
      depth: 1,
      sort: { metric, descending: true },
      limit,
      ...(rest && { rest }),
    })
    return series.map(({ dimension, total, points }) => ({
      dimension,
      total,
      points: points.filter(([, hits]) => hits),
    }))
  }
  // With the rest asked for, all children are read.
  const all = await ask(10, true)
  expect(await ask(10)).toEqual(all.slice(0, 11))
})
