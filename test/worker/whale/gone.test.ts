/** A site is deleted while events arrive: nothing of it is left on any disk. */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { pod } from '../../../worker/env'
import { madeSite, query, views } from '../objects'

test('leaves nothing of a site that is deleted while events arrive and its Whale is at work', async () => {
  const { hail, whale, site } = await madeSite()
  await hail().append(views(0, 40))
  await hail().merge()
  const sends = Array.from({ length: 10 }, (_, i) =>
    hail()
      .append(views(100 + 10 * i, 10))
      .catch(() => undefined),
  )
  const removing = pod(env).remove(site.site)
  const more = Array.from({ length: 10 }, (_, i) =>
    hail()
      .append(views(300 + 10 * i, 10))
      .catch(() => undefined),
  )
  await Promise.all([
    ...sends,
    removing,
    ...more,
    runDurableObjectAlarm(whale()).catch(() => undefined),
    hail()
      .merge()
      .catch(() => undefined),
  ])
  for (let i = 0; i < 3; i++) {
    await runDurableObjectAlarm(hail()).catch(() => undefined)
    await runDurableObjectAlarm(whale()).catch(() => undefined)
  }
  const left = (stub: Parameters<typeof query>[0]) =>
    query<{ name: string }>(stub, `SELECT name FROM sqlite_master WHERE name NOT GLOB '_cf_*'`)
  expect([await left(hail()), await left(whale())]).toEqual([[], []])
})
