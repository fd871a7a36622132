/** A tail that stays open goes on hearing, whatever was too large to be told. */
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { clip } from '../../../worker/ingest/tree'
import { madeSite, view } from '../objects'

test('an open tail hears the next event after some that were too large to tell at once', async () => {
  const { hail, whale } = await madeSite()
  const { webSocket } = await whale().fetch('http://whale/tail?type=pageview', { headers: { Upgrade: 'websocket' } })
  const heard: string[] = []
  webSocket!.addEventListener('message', ({ data }) => heard.push(String(data)))
  webSocket!.accept()
  await hail().append([view(0)])
  await scheduler.wait(300)
  expect(heard).toHaveLength(1)
  // Ready paths of names at their longest, which `/count` takes: 85 KB each, and two bytes a character on the way.
  const large = {
    at: Date.now(),
    type: 'large',
    metrics: { hits: 1 },
    dimensions: clip(
      Array.from({ length: 62 }, (_, i) => Array.from({ length: 8 }, (__, j) => `${i}-${j}–`.padEnd(250, 'x'))),
      63,
    ),
  }
  const text = JSON.stringify([large])
  await Promise.all(
    Array.from({ length: 40 }, () =>
      hail().append(Array.from({ length: 5 }, () => ({ ...place(undefined, Date.now()), text }))),
    ),
  )
  await scheduler.wait(2_500)
  await hail().append([view(1)])
  await scheduler.wait(1_500)
  expect(
    heard
      .map((each) => JSON.parse(each) as { type?: string; dropped?: number })
      .filter(({ type }) => type === 'pageview'),
  ).toHaveLength(2)
})
