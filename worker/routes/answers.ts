/** What every answer to a reader goes out with: open to scripts of any origin, kept by nobody, and whether it is whole. */
import type { Context } from 'hono'
import { cors } from 'hono/cors'
import type { Graph } from '../../sdk/wire/query'
import { whale } from '../env'
import type { Site } from '../ingest/settings'
import type { Question } from '../whale/question'
import type { App } from './access'
import { bad } from './problem'

/** Set where a shard did not answer in time, in answers whose shape has no place to say so. */
const PARTIAL = 'Graupel-Partial'

export const open = cors({
  origin: '*',
  allowHeaders: ['Authorization', 'Content-Type', 'X-Api-Key'],
  exposeHeaders: [PARTIAL],
  maxAge: 86_400,
})

/** One site's answer; a 400 where it would be too much. A filter is asked of raw events. */
export async function graphOf(c: Context<App>, { site }: Site, question: Question): Promise<Graph> {
  const stub = whale(c.env, site)
  const answer = question.where ? await stub.search(question) : await stub.answer(question)
  return checked({ site, ...answer } as Told) // RPC's types forget that a point is a pair.
}

type Told = Graph & { problem?: string }

export function checked({ problem, ...graph }: Told): Graph {
  if (problem !== undefined) throw bad('limit', problem)
  return graph
}

/** `body` is what JSON can say. */
export function answered(c: Context<App>, body: object, partial?: boolean): Response {
  return c.body(JSON.stringify(body), 200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(partial && { [PARTIAL]: '1' }),
  })
}
