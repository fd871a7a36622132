/** What came of decisions, told by programs and by browsers: counted once, whoever says it. */
import { expect, test } from 'vitest'
import { Keys } from '../../worker/ingest/keys'
import { openToken, sealToken } from '../../worker/ingest/token'
import { Random } from '../random'
import { PageLoad, send, siteKey } from '../visitor'
import { statusOf, total } from './api'
import { deciding, type Shown } from './deciding'
import { MASTER } from './server'

const keys = new Keys(new Map([[0, new Uint8Array(Buffer.from(MASTER.split(':')[1]!, 'base64url'))]]))
const AB = { decision: 'button', options: ['green', 'blue'], policy: 'split' }
const EARNED = { ...AB, decision: 'page', policy: 'contextual', by: 'earned/spent' }
const times = (n: number) => Array.from({ length: n }, (_, i) => i)
const sumOf = ({ arms }: Shown, field: 'trials' | 'num' | 'den') => arms.reduce((all, arm) => all + arm[field], 0)

test('counts a decision by its first word, and what came of it once', async () => {
  const { make, decide, tell, shown } = await deciding()
  await make(AB)
  const { option, id } = await decide('decision=button')
  const told = { decision: 'button', option, id }
  expect((await tell(told)).body).toEqual({ accepted: 1, duplicates: 0, refused: 0 })
  expect((await tell(told)).body).toEqual({ accepted: 0, duplicates: 1, refused: 0 })
  const rewarded = { ...told, metrics: { reward: 1 } }
  expect((await tell([rewarded, rewarded])).body).toEqual({ accepted: 1, duplicates: 1, refused: 0 })
  expect((await tell({ ...told, metrics: { reward: 1, hits: 5 } })).body).toMatchObject({ duplicates: 1 })
  await expect.poll(() => shown('button').then((now) => [sumOf(now, 'trials'), sumOf(now, 'num')])).toEqual([1, 1])
})

test('adds another amount, and names an event that comes again', async () => {
  const { make, decide, tell, shown } = await deciding()
  await make(EARNED)
  const { option, id } = await decide('decision=page')
  const told = (metrics: object, event?: string) =>
    tell({ decision: 'page', option, id, metrics, ...(event && { event }) }).then(({ body }) => body.accepted)
  expect(await told({ spent: 2 })).toBe(1)
  expect(await told({ earned: 5, spent: 1 })).toBe(1)
  expect(await told({ spent: 1, earned: 5 })).toBe(0)
  expect(await told({ earned: 5 }, 'order 1')).toBe(1)
  expect(await told({ earned: 5 }, 'order 1')).toBe(0)
  expect(await told({ earned: 5 }, 'order 2')).toBe(1)
  const sums = async () => {
    const now = await shown('page')
    return [sumOf(now, 'trials'), sumOf(now, 'num'), sumOf(now, 'den')]
  }
  await expect.poll(sums).toEqual([1, 15, 3])
})

test('counts a decision once, whether its browser says so, its server, or both', async () => {
  const { server, site, make, decide, tell, shown } = await deciding()
  await make(AB)
  const key = await siteKey(server.origin, site)
  const { option, id } = await decide('decision=button')
  const say = (...sayings: unknown[]) =>
    send(server.origin, [new PageLoad(key).seal([Date.now(), 'shop.example/a', '', 1280, ...sayings])])
  const exposed = ['x', 'button', option, id]
  const envelope = new PageLoad(key).seal([Date.now(), 'shop.example/a', '', 1280, exposed])
  for (const _ of times(3)) expect(await send(server.origin, [envelope])).toBe(204)
  expect(await say(exposed)).toBe(204)
  expect((await tell({ decision: 'button', option, id })).body).toMatchObject({ duplicates: 1 })
  expect(await say(['r', 'button', option, id])).toBe(204)
  await expect.poll(() => shown('button').then((now) => [sumOf(now, 'trials'), sumOf(now, 'num')])).toEqual([1, 1])
  expect(await total(server, site, 'decisions', [], { type: `decision.button.${option}` })).toBe(1)
})

test('refuses what a browser says of no decision that was made here, and tells the owner', async () => {
  const { server, site, make, change, drop, decide, shown } = await deciding()
  await make(AB)
  await make({ ...AB, decision: 'gone' })
  await make({ ...AB, decision: 'rested' })
  await make({ ...AB, decision: 'short', window: 1 })
  const [button, gone, short] = await Promise.all(['button', 'gone', 'short'].map((name) => decide(`decision=${name}`)))
  await drop('gone')
  await change('rested', { status: 'paused' })
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  const other = button!.option === 'green' ? 'blue' : 'green'
  const own = `${Math.floor(Date.now() / 1000).toString(36)}aaaaaaaa`
  const ahead = `${Math.floor(Date.now() / 1000 + 3_600).toString(36)}aaaaaaaa`
  const key = await siteKey(server.origin, site)
  const sayings = [
    ['x', 'button', other, button!.id],
    ['x', 'button', 'red', own],
    ['x', 'button', 'green', ahead],
    ['x', 'nothing', 'green', own],
    ['x', 'gone', gone!.option, gone!.id],
    ['x', 'rested', 'green', own],
    ['r', 'short', short!.option, short!.id],
    ['r', 'button', 'green', 'made up'],
  ]
  for (const saying of sayings) {
    expect(await send(server.origin, [new PageLoad(key).seal([Date.now(), 'shop.example/a', '', 1280, saying])])).toBe(
      204,
    )
  }
  const refused = async () =>
    (await statusOf(server, site)).refusals.find(({ reason }) => reason === 'decision')?.events
  await expect.poll(refused).toBe(sayings.length)
  expect((await statusOf(server, site)).types.filter((type) => type.startsWith('decision'))).toEqual([])
  expect(sumOf(await shown('button'), 'trials')).toBe(0)
})

test('tells a site that decides nothing that nothing was decided', async () => {
  const { server, site } = await deciding()
  const key = await siteKey(server.origin, site)
  const own = `${Math.floor(Date.now() / 1000).toString(36)}aaaaaaaa`
  expect(
    await send(server.origin, [new PageLoad(key).seal([Date.now(), 'shop.example/a', '', 1280, ['x', 'a', 'b', own]])]),
  ).toBe(204)
  const { refusals, types } = await statusOf(server, site)
  expect([refusals.map(({ reason }) => reason), types.filter((type) => type.startsWith('decision'))]).toEqual([
    ['decision'],
    [],
  ])
})

test('makes an experiment of an outcome that names its options, and counts a key once', async () => {
  const { tell, shown } = await deciding()
  const outcome = { pk: 'page', option: 'b', options: ['a', 'b'], by_metric: 'earned/spent', key: 'order 1' }
  expect((await tell({ ...outcome, metric: { earned: 3, spent: 1 } })).body).toEqual({
    accepted: 1,
    duplicates: 0,
    refused: 0,
  })
  expect((await tell({ ...outcome, metric: { earned: 3, spent: 1 } })).body).toMatchObject({ duplicates: 1 })
  expect((await tell({ ...outcome, key: null })).body).toEqual({
    accepted: 1,
    duplicates: 0,
    refused: 0,
    notDeduplicated: 1,
  })
  await expect.poll(async () => (await shown('page')).counted.unattributed).toBe(2)
  expect((await shown('page')).arms).toMatchObject([
    { id: 'a', trials: 0 },
    { id: 'b', trials: 2, num: 3, den: 1 },
  ])
})

test('counts nothing of what a paused experiment showed, whose id is null', async () => {
  const { make, change, decide, tell } = await deciding()
  await make({ decision: 'page', options: ['a', 'b'] })
  expect((await change('page', { status: 'paused' })).status).toBe(200)
  await expect.poll(async () => (await decide('decision=page')).id).toBeNull()
  const { option, id } = await decide('decision=page')
  const { body } = await tell({ decision: 'page', option, id, metrics: { reward: 1 } })
  expect(body).toEqual({ accepted: 0, duplicates: 0, refused: 1 })
})

test('comes to the same however often each is sent', { timeout: 60_000 }, async () => {
  const { site, make, decide, tell, shown } = await deciding()
  for (const decision of ['twin', 'once']) await make({ ...EARNED, decision, warm: 50 })
  const number = async (decision: string) => {
    const { option, id } = await decide(`decision=${decision}`)
    return (await openToken(keys, { site, decision, option }, id!))!.number
  }
  const numbers = { twin: await number('twin'), once: await number('once') }
  const random = new Random(7)
  const now = Date.now()
  const calls = await Promise.all(
    times(2_000).map(async () => {
      const option = random.pick(AB.options)
      const p = random.whole(10, 90) / 100
      const choice = {
        at: now,
        context: [random.pick(['SE', 'US']), null, null],
        version: 1,
      }
      const propensities = option === 'green' ? [p, 1 - p] : [1 - p, p]
      const bytes = Uint8Array.from({ length: 6 }, () => random.whole(0, 255))
      const metrics = random.whole(0, 3) ? { spent: 1 } : { spent: 1, earned: random.whole(0, 8) }
      const sealed = (decision: 'twin' | 'once') =>
        sealToken(keys, { site, decision, option }, { ...choice, propensities, number: numbers[decision] }, bytes)
      return { option, metrics, twin: await sealed('twin'), once: await sealed('once') }
    }),
  )
  const named = (decision: 'twin' | 'once') => (i: number) => {
    const { option, metrics, [decision]: id } = calls[i]!
    return { decision, option, metrics, id }
  }
  // Each for the first time in its turn; a repeat at any moment after.
  const repeats = times(2_000).flatMap((i) => times(random.whole(0, 4)).map(() => [random.whole(i, 1_999), i] as const))
  const behind = Map.groupBy(repeats, ([place]) => place)
  const order = times(2_000).flatMap((i) => [i, ...(behind.get(i) ?? []).map(([, repeated]) => repeated)])
  expect(order.length).toBeGreaterThan(5_000)
  // In one request, for what is believed goes by how late each came.
  const seen = new Set<number>()
  let accepted = 0
  for (let from = 0; from < order.length; from += 400) {
    const sequence = order.slice(from, from + 400)
    const first = [...new Set(sequence)].filter((i) => !seen.has(i))
    for (const i of first) seen.add(i)
    accepted += (await tell([...sequence.map(named('twin')), ...first.map(named('once'))])).body.accepted
  }
  expect(accepted).toBe(4_000)
  for (const decision of ['twin', 'once']) {
    await expect.poll(async () => sumOf(await shown(decision), 'trials')).toBe(2_000)
  }
  // What is believed goes by the clock, and so do delays: they are asked at two moments.
  const counts = async (decision: string) => {
    const { decision: _, created: __, wins: ___, weights: ____, delay: _____, arms, ...rest } = await shown(decision)
    return {
      ...rest,
      arms: arms.map((arm) => ({ ...arm, p_best: 0, expected_loss: 0 })),
    }
  }
  expect(await counts('twin')).toEqual(await counts('once'))
  const [twin, once] = await Promise.all([shown('twin'), shown('once')])
  for (const [i, { p_best }] of once.arms.entries()) expect(twin.arms[i]!.p_best).toBeCloseTo(p_best, 3)
  expect(sumOf(await shown('once'), 'num')).toBe(calls.reduce((all, { metrics }) => all + (metrics.earned ?? 0), 0))
})
