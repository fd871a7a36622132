/** What anybody's browser names must not take the names of what the owner's own server counts. */
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { eventsOf } from '../../../worker/ingest/events'
import { Said } from '../../../worker/ingest/said'
import { madeSite } from '../objects'
import { asked } from './asked'

const entry = (event: object) => ({ ...place(undefined, Date.now()), text: JSON.stringify([event]) })

type Made = Awaited<ReturnType<typeof madeSite>>
async function totalOf({ whale, site }: Made, type: string, dimension: string[] = []): Promise<number> {
  const [series] = await asked(whale(), site, { type, dimension })
  return series?.total ?? 0
}

/** A browser's `count()`, as the worker makes events of it. */
const said = (sayings: readonly (readonly ['c', object, object, string])[]) =>
  eventsOf(
    {
      kind: 'beacon',
      site: 1,
      id: '0123456789',
      plaintext: { ts: Date.now(), page: 'shop.example/', referrer: '', width: 1, sayings: sayings as never },
    },
    { agent: { browser: 'Chrome', os: 'macOS', device: 'desktop' }, geo: {}, language: 'en' } as never,
    Date.now(),
  )

test('a server counts in a type of its own after browsers named a thousand', async () => {
  const made = await madeSite()
  const known = new Said()
  const events = said(Array.from({ length: 340 }, (_, i) => ['c', {}, {}, `a${i}.b.c`] as const)).map((event) => ({
    ...event,
    type: known.type(made.site.site, event.type),
  }))
  await made.hail().append(events.map(entry))
  await made.hail().merge()
  await made.whale().close()
  await made.hail().append([entry({ at: Date.now(), type: 'order', dimensions: {}, metrics: { hits: 1 } })])
  await made.hail().merge()
  expect(await totalOf(made, 'order')).toBe(1)
  await made.whale().close()
  expect(await totalOf(made, 'order')).toBe(1)
})

test('a server counts below a path after browsers named twenty thousand in that hour', async () => {
  const made = await madeSite()
  const events = said(
    Array.from(
      { length: 480 },
      (_, i) =>
        ['c', Object.fromEntries(Array.from({ length: 50 }, (__, j) => [`${i}-${j}`, {}])), {}, `t${i % 20}`] as const,
    ),
  )
  for (let i = 0; i < events.length; i += 50) await made.hail().append(events.slice(i, i + 50).map(entry))
  await made.hail().merge()
  await made
    .hail()
    .append([entry({ at: Date.now(), type: 'order', dimensions: { sales: 'sku-7' }, metrics: { hits: 1 } })])
  await made.hail().merge()
  expect(await totalOf(made, 'order', ['sales', 'sku-7'])).toBe(1)
})
