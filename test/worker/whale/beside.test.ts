/** A filter that goes through raw events while closes put rows together, merges add some and another type is reset. */
import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { parseWhere } from '../../../worker/rollup/where'
import { madeSite, view, views } from '../objects'
import { metricOf } from './asked'

test('finds each event once, whatever goes on beside it', async () => {
  const { hail, whale, site } = await madeSite()
  let n = 0
  for (let i = 0; i < 12; i++) {
    await hail().append(views(n, 50))
    n += 50
    await hail().merge()
  }
  await whale().close()
  for (let i = 0; i < 12; i++) {
    await hail().append(views(n, 50))
    n += 50
    await hail().merge()
  }
  const now = Date.now()
  const metric = metricOf('hits')
  const where = parseWhere('{"page":"/a"}')
  if ('problem' in where) throw new Error(where.problem)
  const search = () =>
    whale().search({
      type: 'pageview',
      dimension: [],
      metrics: [metric],
      interval: 'hour',
      from: now - 3_600_000,
      to: now + 3_600_000,
      now,
      timezone: 'UTC',
      zones: site.zones,
      depth: 0,
      sort: { metric, descending: true },
      limit: 10,
      where,
    })
  for (let round = 0; round < 5; round++) {
    const least = n
    const [found] = await Promise.all([
      search(),
      whale().close(),
      hail()
        .append([view(n++)])
        .then(() => hail().merge()),
      whale().close(),
      whale().reset({ type: `other${round}` }),
      search(),
    ])
    if (!found.partial) expect([least, n]).toContain(found.series[0]!.total)
  }
  await runInDurableObject(whale(), () => undefined)
  expect((await search()).series[0]!.total).toBe(n)
})
