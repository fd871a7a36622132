/** One envelope of a clock far ahead, sent again and again as the days go by: by a clock that is turned by hand. */
import { createExecutionContext, evictDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { encode } from '../../../sdk/wire/base64url'
import { epochOf, WEEK } from '../../../sdk/wire/envelope'
import app from '../../../worker/index'
import { Keys } from '../../../worker/ingest/keys'
import type { Site } from '../../../worker/ingest/settings'
import { deploymentOf } from '../../../worker/routes/deployment'
import { seal } from '../ingest/sealed'
import { madeSite } from '../objects'

const MASTER = new Uint8Array(32).fill(7)
const bindings = { ...env, GRAUPEL_MASTER: `0:${encode(MASTER)}`, GRAUPEL_ADMIN: 'ga_long-enough-for-a-test' }
const keys = new Keys(new Map([[0, MASTER]]))
const CHROME = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Weeks of keys begin on Thursdays. */
const WEEK_BEGINS = Math.floor(Date.UTC(2027, 0, 1) / WEEK) * WEEK

afterEach(() => {
  vi.useRealTimers()
})

const turnTo = (now: number) => vi.useFakeTimers({ toFake: ['Date'], now })

async function send(body: string): Promise<void> {
  const context = createExecutionContext()
  const request = new Request('http://count.example/p/', { method: 'POST', body, headers: { 'User-Agent': CHROME } })
  const response = await app.fetch(request, bindings, context)
  await waitOnExecutionContext(context)
  expect(response.status).toBe(204)
}

interface Replay {
  /** When it was sealed, from the beginning of its key's week; and how far ahead of that its own time is. */
  sealed: number
  ahead: number
  settings?: Partial<Site>
  isStatic?: boolean
}

/** The days after the sealing on which it counted, of a replay each day for forty days. */
async function daysCounted({ sealed, ahead, settings, isStatic }: Replay): Promise<number[]> {
  const began = WEEK_BEGINS + sealed
  turnTo(began)
  const made = await madeSite('UTC', settings)
  await (await deploymentOf(bindings)).directory.refresh(bindings, began)
  const text = JSON.stringify([began + ahead, 'shop.example/', '', 1280, ['p', 0, 0, '', '']])
  const envelope = await seal(keys, { site: made.site.site, epoch: isStatic ? 0 : epochOf(began), text })
  const days: number[] = []
  for (let day = 0; day <= 40; day++) {
    turnTo(began + day * DAY)
    const before = await made.total()
    await send(envelope)
    await send(envelope)
    if (day % 3 === 0) await made.hail().merge()
    if (day % 4 === 0) await evictDurableObject(made.hail())
    const more = (await made.total()) - before
    for (let i = 0; i < more; i++) days.push(day)
  }
  return days
}

test.each<[string, Replay, number[]]>([
  // Twelve days later its time is eight days ahead, and the key of the week before counts until the fourteenth.
  ['sealed early in its week', { sealed: HOUR, ahead: 20 * DAY }, [12]],
  ['sealed early, where the number of Hails changed', { sealed: HOUR, ahead: 20 * DAY, settings: changed(HOUR) }, [12]],
  ['sealed late in its week', { sealed: 5 * DAY, ahead: 20 * DAY }, []],
  [
    'sealed with the key that never expires',
    { sealed: 5 * DAY, ahead: 20 * DAY, settings: { static: true }, isStatic: true },
    [12],
  ],
  ['that is eight days ahead', { sealed: HOUR, ahead: 8 * DAY }, [0]],
  [
    'that is eight days ahead, under the key that never expires',
    { sealed: HOUR, ahead: 8 * DAY, settings: { static: true }, isStatic: true },
    [0],
  ],
  [
    'that is forty days ahead, under the key that never expires',
    { sealed: HOUR, ahead: 40 * DAY, settings: { static: true }, isStatic: true },
    [32],
  ],
])(
  'counts an envelope twenty days ahead once, however often it is sent in forty days: one %s',
  { timeout: 60_000 },
  async (_, replay, days) => {
    expect(await daysCounted(replay)).toEqual(days)
  },
)

/** From one Hail to five on the thirteenth day, of which everybody has heard by then. */
function changed(sealed: number): Partial<Site> {
  const from = WEEK_BEGINS + sealed + 12.25 * DAY
  return {
    shards: [
      { from: 0, k: 1 },
      { from, k: 5, heard: from - 10 * 60_000 },
    ],
  }
}
