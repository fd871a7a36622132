/**
 * What a storm loses and doubles: the same one that a test goes through (test/flow/storm.test.ts), told as figures.
 * It is counted twice, at its end and after one kill more, and the worse of the two is told.
 */
import { join } from 'node:path'
import { compare, countedOf, killAndWake, weather } from '../faults/storm'
import { openServer } from '../flow/server'
import { type Figure, say } from './figure'

const EVENTS = 100_000
const KILLS = 10

export async function measureStorm(scratch: string, bundle: string): Promise<{ figures: Figure[] }> {
  const server = await openServer({ dataFolder: join(scratch, 'storm'), bundle })
  try {
    const { site, sent, acknowledged, repeats, fates } = await weather(server, { events: EVENTS, kills: KILLS })
    const before = compare(sent, await countedOf(server, site))
    await killAndWake(server)
    const after = compare(sent, await countedOf(server, site))
    const answersLost = (fates.lost ?? 0) + (fates.torn ?? 0)
    say(`storm: ${acknowledged} acknowledged, ${repeats} tries again, ${answersLost} answers lost, ${KILLS + 1} kills`)
    const note = `${KILLS + 1} kills, ${answersLost} answers lost on the way, a change of shards`
    return {
      figures: [
        { name: `lost of ${EVENTS} events`, value: Math.max(before.lost, after.lost), unit: '', budget: 0, note },
        { name: `doubled of ${EVENTS} events`, value: Math.max(before.doubled, after.doubled), unit: '', budget: 0 },
      ],
    }
  } finally {
    await server.end()
  }
}
