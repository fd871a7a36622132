/** One Graupel forwards to another: whatever happens on either side or between them, each event is counted there once. */
import { expect, test } from 'vitest'
import { arrived, exactly, forwarder, forwardOf, forwardTo, later, link, sell, site, totals } from './forwarder'

test('hands a linked site on, and shows only what waits', async () => {
  const [up, here] = [await site(), await forwarder()]
  await sell(here, 0, 5)
  await later(here)
  await forwardTo(here, up.server.origin)
  await link(here, up.made.keys.write)
  await sell(here, 5, 10)
  expect(await totals(here)).toEqual(exactly(15))
  await arrived(here)
  expect(await totals(here)).toEqual(exactly(5))
  const [hits] = await totals(up)
  expect(hits).toBe(10)
  console.log(JSON.stringify(await forwardOf(here)))
})
