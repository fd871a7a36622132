/** An id without a time of its own: whichever of two attempts arrives first, one counts. */
import { expect, test } from 'vitest'
import { place } from '../../../worker/hail/ids'
import { madeSite, view } from '../objects'

test('a first attempt that was slow, and arrives after its retry and after midnight UTC, counts once', async () => {
  const { hail, total } = await madeSite()
  const day = 86_400_000
  const midnight = Math.floor(Date.now() / day) * day
  const sent = (now: number) => ({ ...view(7), ...place(undefined, now) })
  // The route read its clock just before midnight; its call reached the Hail after the retry of just after midnight.
  expect(await hail().append([sent(midnight + 1)])).toEqual({ duplicates: [false] })
  expect(await hail().append([sent(midnight - 1)])).toEqual({ duplicates: [true] })
  expect(await total()).toBe(1)
})
