/**
 * Cloudflare's API on loopback, as far as the real wrangler asks it (CLOUDFLARE_API_BASE_URL): who a token is, Workers, their
 * secrets, and uploads, which the edge beside it then runs. It remembers what it was asked, shows no secret to anybody,
 * and can be made to refuse. Shapes and numbers are what wrangler 4.155.0 reads; the real one may know more.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { type Edge, openEdge } from './edge'

export interface Binding {
  name: string
  type: string
  text?: string
  class_name?: string
}

export interface Metadata {
  main_module: string
  compatibility_date: string
  bindings: Binding[]
  exports?: Record<string, { type: string; storage: string }>
  keep_bindings?: string[]
}

export interface Uploaded {
  metadata: Metadata
  secrets: ReadonlyMap<string, string>
}

interface Refusal {
  /** `PUT /accounts/…` */
  call: RegExp
  status: number
  code: number
  message: string
}

export interface Cloudflare {
  /** What wrangler's environment must say to get here. */
  env: Record<string, string>
  edge: Edge
  /** Method and path of all that was asked. */
  calls: string[]
  /** By account and name. */
  workers: Map<string, Uploaded>
  accounts: { id: string; name: string }[]
  /** The next call like this is answered so, once. */
  refuse(call: RegExp, message: string): void
  /** A Worker that has secrets and no code yet, as the dashboard makes one. */
  give(place: string, secrets: Record<string, string>): void
}

export const TOKEN = 'a-token-that-is-good'
export const ACCOUNT = { id: '0123456789abcdef0123456789abcdef', name: 'Rain' }
/** Where a deploy to that account goes, unless it is told another name. */
export const PLACE = `${ACCOUNT.id}/graupel`

const WORKER_NOT_FOUND = 10007
const SERVICE_NOT_FOUND = 10090
const INVALID_TOKEN = 9109
const INVALID_INHERIT = 10057

const NO_CODE: Metadata = { main_module: '', compatibility_date: '', bindings: [] }

class Answer extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const page = (items: unknown[]) => ({ result: items, result_info: { page: 1, per_page: 50, count: items.length } })
const result = (value: unknown) => ({ result: value })

interface Call {
  method: string
  path: string
  /** The account and the Worker that the path names. */
  place: string
  read: () => Promise<FormData>
}

export async function openCloudflare(): Promise<Cloudflare> {
  const edge = await openEdge()
  const refusals: Refusal[] = []
  const cloud: Cloudflare = {
    env: {},
    edge,
    calls: [],
    workers: new Map(),
    accounts: [ACCOUNT],
    refuse: (call, message) => void refusals.push({ call, status: 400, code: 10_021, message }),
    give: (place, secrets) =>
      void cloud.workers.set(place, { metadata: NO_CODE, secrets: new Map(Object.entries(secrets)) }),
  }

  /** The first whose pattern fits answers. */
  const routes: [RegExp, (call: Call) => unknown][] = [
    [/^GET \/user\/tokens\/verify$/, () => result({ id: 'token', status: 'active' })],
    [/^GET \/user$/, () => result({ id: 'user', email: 'owner@example.com' })],
    [/^GET \/accounts$/, () => page(cloud.accounts)],
    [/^GET \/memberships$/, () => page(cloud.accounts.map((account) => ({ id: account.id, account })))],
    [/^GET .*\/workers\/subdomain$/, () => result({ subdomain: 'rain' })],
    [/^GET .*\/scripts\/[^/]+\/secrets$/, ({ place }) => result(secretsOf(place))],
    [/^GET .*\/services\/[^/]+$/, ({ place }) => result(serviceOf(place))],
    [/^GET .*\/scripts\/[^/]+\/deployments$/, () => result({ deployments: [] })],
    [/^GET .*\/scripts\/[^/]+\/settings$/, ({ place }) => result({ bindings: workerOf(place).metadata.bindings })],
    [/^PUT .*\/scripts\/[^/]+$/, (call) => upload(call)],
    [/^GET .*\/workers\/workers\/[^/]+$/, ({ place }) => result({ ...workerOf(place), subdomain: SUBDOMAIN })],
    [/^POST .*\/scripts\/[^/]+\/subdomain$/, () => result({ enabled: true, previews_enabled: false })],
  ]

  function workerOf(place: string, code = WORKER_NOT_FOUND): Uploaded {
    const known = cloud.workers.get(place)
    if (!known) throw new Answer(404, code, 'This Worker does not exist on your account.')
    return known
  }

  const secretsOf = (place: string) =>
    [...workerOf(place).secrets.keys()].map((name) => ({ name, type: 'secret_text' }))

  function serviceOf(place: string) {
    workerOf(place, SERVICE_NOT_FOUND)
    return { default_environment: { script: { tag: 'tag', tags: null, last_deployed_from: 'wrangler' } } }
  }

  async function upload({ place, read }: Call) {
    const form = await read()
    const metadata = JSON.parse(form.get('metadata') as string) as Metadata // wrangler's
    const script = form.get(metadata.main_module)
    if (!(script instanceof File)) throw new Answer(400, 10_021, 'there is no main module')
    const before = cloud.workers.get(place)?.secrets ?? new Map<string, string>()
    const lost = metadata.bindings.find(({ type, name }) => type === 'inherit' && !before.has(name))
    if (lost) throw new Answer(400, INVALID_INHERIT, `inherit binding '${lost.name}' is invalid`)
    const sent = metadata.bindings.flatMap(({ type, name, text = '' }) =>
      type === 'secret_text' ? [[name, text] as const] : [],
    )
    const stays = metadata.keep_bindings?.includes('secret_text') ? [...before] : []
    const secrets = new Map([...stays, ...sent])
    cloud.workers.set(place, { metadata: unreadable(metadata), secrets })
    await edge.run(runnable(metadata, secrets, await script.text()))
    return result({ id: 'version', etag: 'etag', deployment_id: 'b'.repeat(32), startup_time_ms: 7 })
  }

  const server = createServer((asked, answer) => void respond(asked, answer)).listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function respond(asked: IncomingMessage, answer: ServerResponse) {
    const { pathname } = new URL(asked.url!, 'http://127.0.0.1') // a request has a path
    const [, account = '', worker = ''] =
      /^\/accounts\/(\w+)\/workers\/(?:scripts|services|workers)\/([^/]+)/.exec(pathname) ?? []
    const body = await buffer(asked)
    const call = {
      method: asked.method!, // and a method
      path: pathname,
      place: `${account}/${worker}`,
      read: () =>
        new Response(new Uint8Array(body), { headers: { 'content-type': asked.headers['content-type']! } }).formData(),
    }
    const line = `${call.method} ${call.path}`
    cloud.calls.push(line)
    try {
      if (asked.headers.authorization !== `Bearer ${TOKEN}`)
        throw new Answer(403, INVALID_TOKEN, 'Invalid access token')
      const at = refusals.findIndex((each) => each.call.test(line))
      const [refusal] = at < 0 ? [] : refusals.splice(at, 1)
      if (refusal) throw new Answer(refusal.status, refusal.code, refusal.message)
      const route = routes.find(([pattern]) => pattern.test(line))
      if (!route) throw new Answer(404, 7003, `no route for ${line}`)
      send(answer, 200, { success: true, errors: [], messages: [], ...((await route[1](call)) as object) })
    } catch (error) {
      const { status, code, message } = error instanceof Answer ? error : new Answer(500, 1, String(error))
      send(answer, status, { success: false, errors: [{ code, message }], messages: [], result: null })
    }
  }

  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await edge.end()
  })
  cloud.env = {
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    CLOUDFLARE_API_TOKEN: TOKEN,
  }
  return cloud
}

/** A name that nobody has and nobody can get (RFC 2606). */
const SUBDOMAIN = { enabled: true, previews_enabled: false, url: 'https://graupel.rain.invalid' }

function send(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** As it is shown from then on: secrets by name alone. */
const unreadable = (metadata: Metadata): Metadata => ({
  ...metadata,
  bindings: metadata.bindings.map(({ text, ...binding }) =>
    binding.type === 'secret_text' || text === undefined ? binding : { ...binding, text },
  ),
})

const runnable = (
  { bindings, compatibility_date }: Metadata,
  secrets: ReadonlyMap<string, string>,
  script: string,
) => ({
  date: compatibility_date,
  script,
  classes: bindings.flatMap(({ type, name, class_name = '' }) =>
    type === 'durable_object_namespace' ? [{ binding: name, name: class_name }] : [],
  ),
  texts: {
    ...Object.fromEntries(secrets),
    ...Object.fromEntries(
      bindings.flatMap(({ type, name, text }) => (type === 'plain_text' ? [[name, text ?? '']] : [])),
    ),
  },
})
