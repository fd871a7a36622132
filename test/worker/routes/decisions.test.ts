/** The decision log as a reader gets it: real objects, and the router in front of them. */
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { encode } from '../../../sdk/wire/base64url'
import app from '../../../worker/index'
import { deploymentOf } from '../../../worker/routes/deployment'
import type { Beginning } from '../../../worker/whale/board'
import { madeSite } from '../objects'
import { aged, experiment, exposure, own, reward } from '../whale/decided'

const ADMIN = 'ga_long-enough-for-a-test'
const bindings = { ...env, GRAUPEL_MASTER: `0:${encode(new Uint8Array(32).fill(7))}`, GRAUPEL_ADMIN: ADMIN }
const HOUR = 3_600_000

interface Line {
  t: number
  id: string
  x: number
  [more: string]: unknown
}

async function begun(more: Partial<Beginning> = {}) {
  const made = await madeSite('UTC', { deciding: true })
  await made.whale().begin(experiment('page', { policy: 'contextual', ...more }))
  await (await deploymentOf(bindings)).directory.refresh(bindings, Date.now())
  return made
}
type Made = Awaited<ReturnType<typeof begun>>

const ask = ({ site }: Made, query: Record<string, string> = {}, name = 'page') =>
  app.request(
    `http://count.example/experiments/${encodeURIComponent(name)}/decisions?${new URLSearchParams({ site: String(site.site), ...query })}`,
    { headers: { Authorization: `Bearer ${ADMIN}` } },
    bindings,
  )

async function linesOf(made: Made, query: Record<string, string> = {}): Promise<Line[]> {
  const response = await ask(made, query)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
  const text = new TextDecoder().decode(await response.arrayBuffer())
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line) // as is looked at
}

test('tells a line a decision, with all that came of it, merged or not', async () => {
  const made = await begun()
  const at = Date.now()
  await made
    .hail()
    .append([
      exposure('1', 'a', { at, propensities: [0.75, 0.25], version: 7, context: ['SE', null, 'Chrome'] }),
      exposure('2', 'b', { at, isHoldout: true }),
    ])
  await made.hail().merge()
  await made.hail().append([reward('1', 'a', { reward: 1 }, { at }), exposure('3', 'b', { at })])
  const lines = await linesOf(made)
  expect(lines.toSorted((one, other) => one.id.localeCompare(other.id))).toEqual([
    {
      t: at,
      id: '1',
      decision: 'page',
      option: 'a',
      propensity: 0.75,
      propensities: { a: 0.75, b: 0.25 },
      weights: 7,
      holdout: false,
      context: { country: 'SE', device: null, browser: 'Chrome' },
      x: 1,
      y: 1,
    },
    expect.objectContaining({ id: '2', option: 'b', holdout: true, propensities: { a: 0.5, b: 0.5 }, x: 0, y: 1 }),
    expect.objectContaining({ id: '3', context: { country: 'SE', device: 'phone', browser: 'Chrome' } }),
  ])
})

test('tells the declared weights where they decided', async () => {
  const made = await begun({
    policy: 'split',
    arms: [
      { id: 'a', weight: 3 },
      { id: 'b', weight: 1 },
    ],
  })
  await made.hail().append([own('1', 'b')])
  await made.hail().merge()
  expect(await linesOf(made)).toMatchObject([{ propensity: 0.25, propensities: { a: 0.75, b: 0.25 }, weights: 0 }])
})

test('tells no more than what was decided in the time asked for', async () => {
  const made = await begun({ window: 10 * 24 * HOUR })
  await aged(made, 10 * 24 * HOUR)
  const now = Date.now()
  const ages = [0, 2, 30, 70]
  await made.hail().append(ages.map((age) => exposure(String(age), 'a', { at: now - age * HOUR })))
  await made.hail().merge()
  const ids = async (query: Record<string, string>) =>
    (await linesOf(made, query)).map(({ id }) => Number(id)).toSorted((a, b) => a - b)
  expect(await ids({})).toEqual(ages)
  expect(await ids({ from: String(now - 30 * HOUR) })).toEqual([0, 2, 30])
  expect(await ids({ from: new Date(now - 70 * HOUR).toISOString(), to: String(now - 2 * HOUR) })).toEqual([30, 70])
  expect(await ids({ period: '24h' })).toEqual([0, 2])
  expect(await ids({ from: String(now + HOUR), to: String(now + 2 * HOUR) })).toEqual([])
})

/** More than one page. */
async function long(count: number): Promise<Made> {
  const made = await begun()
  const wide = 'x'.repeat(200)
  for (let from = 0; from < count; from += 2_000) {
    const ids = Array.from({ length: 2_000 }, (_, i) => String(from + i))
    await made.hail().append(ids.map((id) => exposure(id, 'a', { context: [wide, null, null] })))
    await made.hail().merge()
  }
  expect(await made.whale().decided({ decision: 'page', from: 0, to: Date.now() + 1 })).toHaveProperty('next')
  return made
}

test('goes out page after page', async () => {
  const lines = await linesOf(await long(12_000))
  expect([lines.length, new Set(lines.map(({ id }) => id)).size]).toEqual([12_000, 12_000])
})

test('breaks off, and is not taken for whole, where the experiment is deleted meanwhile', async () => {
  const made = await long(12_000)
  const reader = (await ask(made)).body!.getReader()
  expect((await reader.read()).done).toBe(false)
  await made.whale().abandon('page')
  await expect(reader.read()).rejects.toThrow(/the experiment is gone/)
})

test.each<[Record<string, string>, number, string | undefined, RegExp]>([
  [{ from: 'yesterday' }, 400, 'from', /unix milliseconds or an ISO date/],
  [{ from: '1767225600' }, 400, 'from', /looks like seconds/],
  [{ from: '2026-01-02', to: '2026-01-01' }, 400, 'from', /must lie before to/],
  [{ period: '7x' }, 400, 'period', /is not one of/],
  [{ period: '7d', from: '2026-01-01' }, 400, 'period', /not both/],
  [{ colour: 'red' }, 400, 'colour', /not known here/],
])('answers a 4xx to %o', async (query, status, field, words) => {
  const response = await ask(await begun(), query)
  const body = await response.json<{ field?: string; detail: string }>()
  expect([response.status, body.field]).toEqual([status, field])
  expect(body.detail).toMatch(words)
})

test('answers a 404 to an experiment that there is not, also where there is none at all', async () => {
  const names = ['else', 'a b/c', '%']
  const none = await madeSite()
  for (const made of [await begun(), none]) {
    await (await deploymentOf(bindings)).directory.refresh(bindings, Date.now())
    for (const name of names) {
      const response = await ask(made, {}, name)
      expect([response.status, await response.json()]).toEqual([
        404,
        expect.objectContaining({ detail: `there is no experiment "${name}"` }),
      ])
    }
  }
})

test('finds an experiment by any name', async () => {
  const made = await begun()
  await made.whale().begin(experiment('a b/c?&%é'))
  expect((await ask(made, {}, 'a b/c?&%é')).status).toBe(200)
})
