/** How long an object takes to wake, and what a Whale's pending paths hold of memory. Each life is ended and the next one timed. */
import { type Engine, withEngine } from './engine'
import { type Figure, quantile, say } from './figure'
import { heapOf } from './heap'

const PATHS = 20_000
const LIVES = 15
/** A busy half hour: what waits for a close, and what waits in the log. */
const STORM = { rate: 100, minutes: 25.7 }
const MIB = 2 ** 20

/** Milliseconds of a first call, less an empty one's, over some lives. */
async function waking(engine: Engine, kind: 'Whale' | 'Hail'): Promise<number> {
  const empty = quantile(await engine.timed(LIVES, 'nothing', { site: 1 }), 0.5)
  const times: number[] = []
  for (let life = 0; life < LIVES; life++) {
    await engine.ask(`kill${kind}`, { site: 1 })
    times.push(...(await engine.timed(1, `wake${kind}`, { site: 1 })))
  }
  return quantile(times, 0.95) - empty
}

export async function measureWaking(built: string): Promise<{ figures: Figure[] }> {
  const pending = await withEngine(built, measurePending, true)
  const storm = await withEngine(built, measureStorm)
  return { figures: [...pending, ...storm] }
}

/** What is left when garbage is gone. */
async function heap(engine: Engine): Promise<number> {
  await engine.ask('collect', { site: 1 })
  return heapOf(engine.inspector!)
}

async function measurePending(engine: Engine): Promise<Figure[]> {
  const before = await heap(engine)
  await engine.ask('pending', { site: 1, paths: PATHS })
  const { pendingPaths } = await engine.ask<{ pendingPaths: number }>('wakeWhale', { site: 1 })
  const grown = (await heap(engine)) - before
  say(`pending paths: ${pendingPaths}, ${(grown / MIB).toFixed(1)} MiB`)
  return [
    { name: `heap of ${PATHS} pending paths, after collection`, value: grown / MIB, unit: 'MiB', budget: 64 },
    {
      name: `a Whale wakes with ${PATHS} pending paths, p95`,
      value: await waking(engine, 'Whale'),
      unit: 'ms',
      budget: 200,
    },
  ]
}

async function measureStorm(engine: Engine): Promise<Figure[]> {
  const { rate, minutes } = STORM
  const { waiting, pendingPaths } = await engine.ask<{ waiting: number; pendingPaths: number }>('storm', {
    site: 1,
    ...STORM,
  })
  say(`storm: ${waiting} events in the log, ${pendingPaths} paths pending`)
  const note = `${minutes} minutes at ${rate} events/s, ${pendingPaths} paths`
  return [
    {
      name: 'a Hail wakes with unfiled log, p95',
      value: await waking(engine, 'Hail'),
      unit: 'ms',
      budget: 50,
      note: `${waiting} events`,
    },
    { name: 'a Whale wakes amid a storm, p95', value: await waking(engine, 'Whale'), unit: 'ms', note },
  ]
}
