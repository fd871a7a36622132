/** The public API as a developer's program uses it. */
import type { Graph } from '../../sdk/wire/query'
import type { Server } from './server'

export interface Made {
  site: number
  keys: { public: string; pixel: string; write: string; read: string }
  snippet: string
}

type Asked = Pick<Server, 'origin' | 'admin'>

export async function call<Answer>(
  { origin, admin }: Asked,
  method: string,
  path: string,
  body?: unknown,
  token = admin,
): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  // The answer's shape is what the test goes on to look at.
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as Answer }
}

let names = 0
export async function makeSite(server: Asked, settings: Record<string, unknown> = {}): Promise<Made> {
  names += 1
  const { status, body } = await call<Made>(server, 'POST', '/api/sites', { name: `site ${names}`, ...settings })
  if (status !== 201) throw new Error(`no site: ${status} ${JSON.stringify(body)}`)
  return body
}

export async function graph(server: Asked, site: number, query: Record<string, string> = {}): Promise<Graph> {
  const text = new URLSearchParams({ site: String(site), type: 'pageview', period: '24h', ...query })
  const { status, body } = await call<Graph>(server, 'GET', `/graph?${text}`)
  if (status !== 200) throw new Error(`no graph: ${status} ${JSON.stringify(body)}`)
  return body
}

/** The total of a metric at a path. */
export async function total(
  server: Asked,
  site: number,
  metric = 'hits',
  dimension: string[] = [],
  query: Record<string, string> = {},
): Promise<number> {
  const answer = await graph(server, site, { metric, dimension: JSON.stringify(dimension), ...query })
  if (answer.partial) throw new Error('the answer is partial')
  return answer.series[0]?.total ?? 0
}

export interface Status {
  types: string[]
  shards: { shard: number; waiting: number; lastEvent: number | null }[]
  merged: { shard: number; cursor: number; events: number }[]
  gaps: unknown[]
  refusals: { reason: string; events: number; why: string; mend: string }[]
}

export const statusOf = async (server: Asked, site: number): Promise<Status> =>
  (await call<Status>(server, 'GET', `/status?site=${site}`)).body
