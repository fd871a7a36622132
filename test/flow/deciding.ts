/** A site that decides, as its owner's programs and its visitors ask it. */
import { call, makeSite, type Made } from './api'
import { type Server, startServer } from './server'

export interface Decided {
  decision: string
  option: string
  propensity: number
  policy: string
  id: string | null
  explanation?: string[]
}

export interface Told {
  accepted: number
  duplicates: number
  refused: number
  notDeduplicated?: number
}

/** Of what an experiment has shown, what tests look at. */
export interface Shown {
  decision: string
  options: string[]
  status: string
  created: number
  arms: { id: string; trials: number; num: number; den: number; p_best: number; expected_loss: number }[]
  wins: number[][]
  delay: object
  weights: { context: Record<string, string>; probabilities: number[] }[]
  counted: { late: number; duplicates: number; unattributed: number; refused: number }
}

export interface Mistake {
  status: number
  detail: string
  field?: string
}

export async function deciding(settings: Record<string, unknown> = {}) {
  const server = await startServer()
  return decidingAt(server, await makeSite(server, settings))
}

export function decidingAt(server: Server, { site, keys }: Made) {
  /** `by` is a bearer's token; null asks as anybody does. */
  const ask = async <Answer>(path: string, by: string | null = null, headers: Record<string, string> = {}) => {
    const url = `${server.origin}${path}${path.includes('?') ? '&' : '?'}site=${site}`
    const response = await fetch(url, { headers: { ...headers, ...(by && { Authorization: `Bearer ${by}` }) } })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer }
  }
  const decide = async (query: string, by: string | null = null): Promise<Decided> => {
    const { status, body } = await ask<Decided>(`/decide?${query}`, by)
    if (status !== 200) throw new Error(`not decided: ${status} ${JSON.stringify(body)}`)
    return body
  }
  return {
    server,
    site,
    keys,
    ask,
    decide,
    make: (body: object, token = keys.write) =>
      call<Record<string, unknown> & Mistake>(server, 'POST', '/experiments', body, token),
    change: (name: string, body: object) =>
      call<Record<string, unknown> & Mistake>(
        server,
        'PATCH',
        `/experiments/${encodeURIComponent(name)}`,
        body,
        keys.write,
      ),
    drop: (name: string) =>
      call<Mistake>(server, 'DELETE', `/experiments/${encodeURIComponent(name)}`, undefined, keys.write),
    tell: (body: unknown) => call<Told & Mistake>(server, 'POST', '/count_decision', body, keys.write),
    shown: async (name: string): Promise<Shown> => {
      const { status, body } = await ask<Shown>(`/experiments/${encodeURIComponent(name)}`, keys.read)
      if (status !== 200) throw new Error(`not shown: ${status} ${JSON.stringify(body)}`)
      return body
    },
  }
}

/** As many at a time as a busy page has visitors. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  const waiting = items.entries()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [i, item] of waiting) results[i] = await work(item)
    }),
  )
  return results
}
