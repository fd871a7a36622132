/**
 * Everything at once, by chance that can be had again: two upstreams, a way to each that is cut or closed, kills on all
 * three sides, a backup put back, lists and links that change meanwhile. In the end each event that was acknowledged is counted at one of
 * the three, and once.
 */
import { expect, test } from 'vitest'
import { Random } from '../random'
import { alarmNow } from './alarm'
import { type Cutter, cutter } from './cutter'
import { type At, arrived, backedUp, exactly, forwarder, forwardTo, link, sell, site, totals } from './forwarder'

const ROUNDS = 25
const SALES = 300

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Whoever it is: gone at once, and back with what he meant to do later due now. */
async function killed({ server }: At): Promise<void> {
  await server.kill('SIGKILL')
  alarmNow(server.dataFolder, 'graupel-hail')
  await server.restart()
}

test.each([1, 2, 3])('counts each event once, at one of three; storm %i', { timeout: 180_000 }, async (seed) => {
  const random = new Random(seed)
  const [one, two, here] = [await site(), await site(), await forwarder()]
  const ways: Cutter[] = [await cutter(one.server), await cutter(two.server)]
  const origins = ways.map(({ origin }) => origin)
  const keys = { [origins[0]!]: one.made.keys.write, [origins[1]!]: two.made.keys.write }
  await forwardTo(here, ...origins)
  await link(here, keys)

  const restore = await backedUp(one)
  const events: readonly (() => Promise<unknown>)[] = [
    () => killed(here),
    () => killed(here),
    () => killed(here),
    () => killed(one),
    () => killed(two),
    restore,
    () => forwardTo(here, ...random.shuffled(origins).slice(0, random.whole(0, 2))),
    () => forwardTo(here, ...random.shuffled(origins)),
    () => link(here, random.chance(0.3) ? null : keys),
  ]
  // A doubt to begin with, whatever chance brings.
  ways[0]!.mode = 'mute'
  await sell(here, 0, SALES)
  await killed(here)
  await expect.poll(() => ways[0]!.cuts, { timeout: 10_000 }).toBeGreaterThan(0)
  for (let round = 1; round < ROUNDS; round++) {
    await sell(here, round * SALES, SALES)
    for (const way of ways) way.mode = random.pick(['pass', 'pass', 'mute', 'away'] as const)
    await random.pick(events)()
    await wait(random.next() * 120)
  }
  for (const way of ways) way.mode = 'pass'
  await forwardTo(here, ...origins)
  await link(here, keys)
  // A last event, so that there is somebody to ask.
  await sell(here, ROUNDS * SALES, 1)
  await arrived(here, 10)
  const all = await Promise.all([one, two, here].map(totals))
  const sum = [all.reduce((hits, each) => hits + each[0], 0), all.reduce((worth, each) => worth + each[1], 0)]
  expect(sum).toEqual(exactly(ROUNDS * SALES + 1))
  expect(all.filter(([hits]) => hits > 0).length).toBeGreaterThan(1)
})
