/** The platform's limiter: what no isolate sees alone, it sees of all. */
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { rates, secondsToWait } from '../../../worker/routes/rate'
import '../objects'
import { siteWith } from '../../site'

/** One request of twenty envelopes, to an isolate that has just begun. */
const ask = (RATE: RateLimit, client: string | undefined, rate?: number | false) =>
  secondsToWait({
    env: { ...env, RATE },
    rates: rates(),
    client,
    amounts: new Map([[7, 20]]),
    sites: new Map([[7, siteWith(rate === undefined ? {} : { rate })]]),
    now: Date.now(),
  })

/** A platform that lets two requests of each pass. */
function platform(): RateLimit {
  const seen = new Map<string, number>()
  return {
    async limit({ key }) {
      seen.set(key, (seen.get(key) ?? 0) + 1)
      return { success: seen.get(key)! <= 2 }
    },
  }
}

test('limits one client over all isolates of a place, and no other', async () => {
  const RATE = platform()
  expect([await ask(RATE, 'a'), await ask(RATE, 'a'), await ask(RATE, 'a'), await ask(RATE, 'b')]).toEqual([
    0, 0, 60, 0,
  ])
})

test.each([
  ['a site with a rate of its own', 'a', 30_000],
  ['a site without one', 'a', false],
  ['nobody', undefined, undefined],
] as const)('is not asked of %s', async (_, client, rate) => {
  const RATE = platform()
  for (let i = 0; i < 5; i++) expect(await ask(RATE, client, rate)).toBe(0)
})

test.each([
  ['is asked in the words that wrangler’s own takes', env.RATE!, 0],
  ['lets pass where it fails', { limit: () => Promise.reject(new Error('away')) }, 1],
])('%s', async (_, RATE, complaints) => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(await ask(RATE, 'a')).toBe(0)
  expect(error).toHaveBeenCalledTimes(complaints)
  error.mockRestore()
})
