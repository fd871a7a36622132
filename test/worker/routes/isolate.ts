/** One isolate, asked as from outside; its clock is turned by hand, and its Whales are near, busy, or out of reach. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { encode } from '../../../sdk/wire/base64url'
import { epochOf } from '../../../sdk/wire/envelope'
import type { Env } from '../../../worker/env'
import app from '../../../worker/index'
import { Keys } from '../../../worker/ingest/keys'
import type { Site } from '../../../worker/ingest/settings'
import { sealToken } from '../../../worker/ingest/token'
import { decider } from '../../../worker/routes/decider'
import { definedBy } from '../../../worker/routes/defined'
import { deploymentOf } from '../../../worker/routes/deployment'
import { seal } from '../ingest/sealed'
import { madeSite } from '../objects'

const MASTER = new Uint8Array(32).fill(7)
const ADMIN = 'ga_long-enough-for-a-test'
export const keys = new Keys(new Map([[0, MASTER]]))
export const near = { ...env, GRAUPEL_MASTER: `0:${encode(MASTER)}`, GRAUPEL_ADMIN: ADMIN }
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0'
export const turnBy = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })

/** The same deployment, whose Whales are reached in another way. */
export function reached(get: (id: DurableObjectId) => unknown): Env {
  const namespace = { idFromName: (name: string) => env.WHALE.idFromName(name), get }
  return { ...near, WHALE: namespace as unknown as Env['WHALE'] } // All that is asked of it.
}

/** The network swallows what is asked. */
export const silent = reached(() => ({ board: () => new Promise(() => undefined) }))

export function listening() {
  const heard = { calls: 0 }
  const bindings = reached((id) => {
    heard.calls += 1
    return env.WHALE.get(id)
  })
  return { heard, bindings }
}

export async function asked(bindings: Env, path: string, init: RequestInit = {}) {
  const context = createExecutionContext()
  const response = await app.fetch(new Request(`http://count.example${path}`, init), bindings, context)
  const text = await response.text()
  await waitOnExecutionContext(context)
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

export const byAdmin = { Authorization: `Bearer ${ADMIN}` }
export const posted = (body: unknown): RequestInit => ({ method: 'POST', headers: byAdmin, body: JSON.stringify(body) })

export async function listed(settings: Partial<Site> = {}) {
  const made = await madeSite('UTC', settings)
  const { directory } = await deploymentOf(near)
  await directory.refresh(near, Date.now())
  const { site } = made.site
  return {
    ...made,
    number: site,
    decide: async (bindings: Env, query = 'decision=page') =>
      (await asked(bindings, `/decide?site=${site}&${query}`)).body,
    make: (body: object) => asked(near, `/experiments?site=${site}`, posted(body)),
  }
}

export const own = () => `${Math.floor(Date.now() / 1000).toString(36)}aaaaaaaa`

/** Says it of a moment, unix milliseconds, in an envelope that arrives now. */
export async function said(
  site: number,
  bindings: Env,
  saying: unknown[],
  { at = Date.now(), address }: { at?: number; address?: string } = {},
): Promise<number> {
  const text = JSON.stringify([at, 'shop.example/', '', 1280, saying])
  const body = await seal(keys, { site, epoch: epochOf(at), text })
  const headers = { 'User-Agent': FIREFOX, ...(address && { 'CF-Connecting-IP': address }) }
  const init = { method: 'POST', body, headers, ...(address && { cf: { colo: 'ARN', clientIp: address } }) }
  return (await asked(bindings, '/p/', init as RequestInit)).status
}

/** As another isolate makes it, and seals a token of it a moment later. */
export async function elsewhere(site: number, decision: string) {
  const made = await decider(near, site).begin(definedBy({ decision, options: ['a', 'b'] }))
  if ('problem' in made) throw new Error(made.problem)
  const choice = { site, decision, option: 'a' }
  const token = { number: made.number, version: 0, at: Date.now(), context: [], propensities: [0.5, 0.5] }
  return sealToken(keys, choice, token, crypto.getRandomValues(new Uint8Array(6)))
}
