import { expect, test } from 'vitest'
import { statusOf } from './api'
import { exactly, later, sell, site, totals } from './forwarder'
import { hoursPass } from './hours'

test('merges what waited for hours, and then nothing waits', async () => {
  const here = await site()
  await sell(here, 0, 10)
  await here.server.stop()
  hoursPass(here.server.dataFolder, 3)
  await here.server.restart()
  await sell(here, 10, 5)
  expect((await statusOf(here.server, here.made.site)).shards).toMatchObject([{ waiting: 15 }])
  await later(here)
  await expect.poll(async () => (await statusOf(here.server, here.made.site)).shards[0]?.waiting).toBe(0)
  expect(await totals(here)).toEqual(exactly(15))
})
