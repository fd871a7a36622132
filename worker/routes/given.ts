/**
 * What a program that holds the write key hands over to be counted: one thing, a list, or NDJSON; or one in a query, as
 * HailWhale took it, where lists and objects are JSON with either kind of quotes.
 */
import type { Context } from 'hono'
import { json } from '../asked/words'
import { COUNT_BODY_BYTES } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { type App, bearerFor, siteFor } from './access'
import { readBody } from './body'
import { Problem } from './problem'

export interface Given {
  site: Site
  /** As it was sent, not looked at yet. */
  given: unknown
}

/** What a query's text stands for, by its name; undefined where it is no such thing. */
export type ValueOf = (name: string, text: string) => unknown

export async function givenInQuery(c: Context<App>, valueOf: ValueOf): Promise<Given> {
  // A look changes nothing, and the router takes one for a GET.
  if (c.req.method === 'HEAD') throw new Problem(405, `${c.req.path} takes GET, POST`)
  const { site: asked, ...query } = c.req.query()
  const { site } = await siteFor(c, asked, 'write', Date.now())
  return { site, given: Object.fromEntries(Object.entries(query).map(([name, text]) => [name, valueOf(name, text)])) }
}

export async function givenInBody(c: Context<App>): Promise<Given> {
  await bearerFor(c, 'write', Date.now())
  const body = await readBody(c.req.raw, COUNT_BODY_BYTES)
  if (body === undefined) throw new Problem(413, `the body is larger than ${COUNT_BODY_BYTES} bytes`)
  const given = parsed(body)
  const { site } = await siteFor(c, c.req.query('site') ?? siteNamedIn(given), 'write', Date.now())
  return { site, given }
}

/** JSON, or NDJSON: one a line. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    const lines = body.split('\n').filter((line) => line.trim())
    if (lines.length < 2)
      throw new Problem(400, `the body is not JSON: ${error instanceof Error ? error.message : error}`)
    return lines.map((line, index) => {
      try {
        return JSON.parse(line)
      } catch {
        throw new Problem(400, `line ${index + 1} is not JSON`, `[${index}]`)
      }
    })
  }
}

/** The site may stand in what is given instead of the URL; all of a call is of one site. */
function siteNamedIn(given: unknown): string | undefined {
  const named = (Array.isArray(given) ? given : [given]).flatMap((event: unknown) =>
    typeof event === 'object' && event !== null && 'site' in event && isName(event.site) ? [String(event.site)] : [],
  )
  if (new Set(named).size > 1) throw new Problem(400, 'all events of one call must be of one site', 'site')
  return named[0]
}

/** Else it is none, as its schema will say. */
const isName = (site: unknown): boolean => typeof site === 'string' || typeof site === 'number'

/** What begins like JSON is JSON. */
export function jsonIn(name: string, text: string): unknown {
  if (!/^[[{"]/.test(text)) return text
  const value = json(text)
  if (value === undefined) throw new Problem(400, `${name} begins like JSON and is not`, name)
  return value
}
