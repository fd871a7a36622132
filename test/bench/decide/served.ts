/**
 * Served: how long `/decide` takes on plain workerd, asked by visitors of many kinds, in turn with a Worker that only says
 * 204; and how long after a reward is told somebody is served by it.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { call, type Made, makeSite } from '../../flow/api'
import { CHROME } from '../../visitor'
import { build } from '../bundle'
import { quantile, say } from '../figure'
import { type Serving, serveBare, serveGraupel } from '../serving'
import type { Answered, Asks } from './asks'
import { Chance } from './chance'
import { meanOf } from './case'
import type { Row } from './row'

const root = join(import.meta.dirname, '../../..')
const CONNECTIONS = 16
const ROUNDS = 3
const SECONDS = 4
const OPTIONS = ['a', 'b', 'c', 'd']
/** Few countries send most visitors; so do devices and browsers. */
const DIMENSIONS = { country: 40, device: 3, browser: 6 }
const LEARNT = 2000
const BATCH = 500
const VISITORS = 5000

/** Experiments that a reward moves, and how many of them at once. */
const MOVES = 24
const AT_ONCE = 8
const LOOK_MS = 25
const PATIENCE_MS = 10_000

interface Asked {
  server: Serving
  made: Made
}

function visitor(chance: Chance): Record<string, string> {
  const rare = (values: number) => Math.floor(values * chance.next() ** 3)
  return Object.fromEntries(Object.entries(DIMENSIONS).map(([name, values]) => [name, `${name} ${rare(values)}`]))
}

async function tell<Answer>({ server, made }: Asked, path: string, body: unknown): Promise<Answer> {
  const answer = await call<Answer>(server, 'POST', path, body, made.keys.write)
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** Two thousand decisions, of which some are rewarded. */
async function teach(asked: Asked, decision: string): Promise<void> {
  const chance = new Chance('served')
  for (let sent = 0; sent < LEARNT; sent += BATCH) {
    const outcomes = Array.from({ length: BATCH }, (_, i) => ({
      decision,
      option: OPTIONS[i % OPTIONS.length],
      dimensions: visitor(chance),
      metrics: { reward: chance.next() < 0.05 + 0.02 * (i % OPTIONS.length) ? 1 : 0 },
    }))
    await tell(asked, '/count_decision', outcomes)
  }
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(LOOK_MS)) {
    const path = `/experiments/${decision}?site=${asked.made.site}`
    const { body } = await call<{ arms: { trials: number }[] }>(
      asked.server,
      'GET',
      path,
      undefined,
      asked.made.keys.read,
    )
    if (body.arms.reduce((sum, { trials }) => sum + trials, 0) >= LEARNT) return
  }
  throw new Error('what was told is not learnt')
}

async function answered(asks: Asks): Promise<Answered> {
  const child = spawn(process.execPath, ['--import', './test/resolve.js', join(import.meta.dirname, 'asks.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(asks))
  return JSON.parse(await text(child.stdout)) as Answered
}

function pathsOf({ made }: Asked, decision: string): string[] {
  const chance = new Chance('visitors')
  return Array.from({ length: VISITORS }, (_, i) => {
    const dimensions = encodeURIComponent(JSON.stringify(visitor(chance)))
    return `/decide?site=${made.site}&decision=${decision}&unit=u${i}&dimensions=${dimensions}`
  })
}

async function latencies(asked: Asked, bare: Serving): Promise<Row[]> {
  await tell(asked, '/experiments', { decision: 'split', options: OPTIONS, policy: 'split' })
  await tell(asked, '/experiments', { decision: 'contextual', options: OPTIONS })
  await teach(asked, 'contextual')
  const usual = { connections: CONNECTIONS, seconds: SECONDS, headers: { 'user-agent': CHROME } }
  const cases = [
    { name: 'bare 204', asks: { ...usual, origin: bare.origin, paths: ['/'] } },
    ...['split', 'contextual'].map((decision) => ({
      name: `/decide, ${decision}`,
      asks: { ...usual, origin: asked.server.origin, paths: pathsOf(asked, decision) },
    })),
  ]
  const rounds = new Map(cases.map(({ name }) => [name, [] as Answered[]]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { name, asks } of cases) {
      const seen = await answered(asks)
      const [rate, p50, p99] = [seen.perSecond.toFixed(0), seen.p50.toFixed(2), seen.p99.toFixed(2)]
      say(`${round ? `round ${round}` : 'warming'}: ${name.padEnd(20)} ${rate}/s, p50 ${p50} ms, p99 ${p99} ms`)
      if (round > 0) rounds.get(name)!.push(seen)
    }
  }
  // The median of the rounds: what disturbs one is not the Worker.
  const middle = (name: string, of: keyof Answered) =>
    quantile(
      rounds.get(name)!.map((seen) => seen[of]),
      0.5,
    )
  return cases.flatMap(({ name }) => {
    const note = `${CONNECTIONS} connections, ${middle(name, 'perSecond').toFixed(0)}/s`
    const goal = name.startsWith('/decide') ? { most: 5 } : {}
    return [
      { what: `${name}: p50`, value: middle(name, 'p50'), unit: 'ms', note },
      { what: `${name}: p99`, value: middle(name, 'p99'), unit: 'ms', ...goal },
    ]
  })
}

/** Milliseconds from telling the first reward of an experiment until somebody is served by it. */
async function moved(asked: Asked, decision: string): Promise<number> {
  const { server, made } = asked
  await tell(asked, '/experiments', { decision, options: ['a', 'b'], policy: 'thompson', warm: 0, holdout: 0 })
  const decide = async () => {
    const path = `/decide?site=${made.site}&decision=${decision}&unit=u`
    const response = await fetch(`${server.origin}${path}`)
    return (await response.json()) as { id: string; option: string; propensity: number }
  }
  const { id, option, propensity } = await decide()
  // Not all at the same moment of the second in which copies are kept.
  await pause(1000 * Math.random())
  if ((await decide()).propensity !== propensity) throw new Error('weights move unasked')
  const began = performance.now()
  await tell(asked, '/count_decision', { decision, option, id, metrics: { reward: 1 } })
  while (performance.now() - began < PATIENCE_MS) {
    if ((await decide()).propensity !== propensity) return performance.now() - began
    await pause(LOOK_MS)
  }
  throw new Error('a reward moved nothing')
}

async function moves(asked: Asked): Promise<Row[]> {
  const times: number[] = []
  for (let i = 0; i < MOVES; i += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, j) => moved(asked, `moved ${i + j}`))
    times.push(...(await Promise.all(some)))
  }
  const note = `mean ${(meanOf(times) / 1000).toFixed(2)} s`
  return [
    {
      what: 'from a reward told to somebody served by it: p95',
      runs: MOVES,
      value: quantile(times, 0.95) / 1000,
      unit: 's',
      most: 2,
      note,
    },
  ]
}

export async function measureServed(): Promise<Row[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'graupel-decide-'))
  const bare = await serveBare()
  try {
    const server = await serveGraupel(build(scratch), join(scratch, 'server'))
    try {
      // Its visitors all come from this machine.
      const asked = { server, made: await makeSite(server, { rate: false }) }
      return [...(await latencies(asked, bare)), ...(await moves(asked))]
    } finally {
      await server.stop()
    }
  } finally {
    await bare.stop()
    rmSync(scratch, { recursive: true, force: true })
  }
}
