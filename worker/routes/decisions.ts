/**
 * `/experiments/NAME/decisions`: the decision log, a line a decision with all that another policy would have to know of it.
 * A page after the other goes out as it is read, so a log may be longer than memory; one that breaks off ends in no
 * proper end, so nobody takes it for whole.
 */
import { Hono } from 'hono'
import { DecisionsQuery } from '../asked/decisions'
import type { Definition } from '../decide/definition'
import type { Line, Page } from '../whale/page'
import { type App, siteFor } from './access'
import { open } from './answers'
import { decider } from './decider'
import { queryBy } from './parsed'
import { bad, Problem } from './problem'
import { rangeOf } from './question'

const PATH = '/experiments/:name/decisions'
/** As far back as it goes. */
const DEFAULT_PERIOD = 'all'

export const decisions = new Hono<App>().use(PATH, open).get(PATH, async (c) => {
  const now = Date.now()
  const { site } = await siteFor(c, c.req.query('site'), 'read', now)
  const { period, from: since, to: until } = queryBy(DecisionsQuery, c.req.query())
  const { from, to } = rangeOf({ period, from: since, to: until }, DEFAULT_PERIOD, site.zones, now)
  if (from >= to) throw bad('from', 'must lie before to')
  const decision = c.req.param('name')
  const stub = decider(c.env, site.site)
  const { definitions = [] } = site.deciding ? await stub.board({ since: 0 }) : {}
  const definition = definitions.find(({ key }) => key === decision)
  if (!definition) throw new Problem(404, `there is no experiment "${decision}"`, 'decision')
  const ask = (after?: string) => stub.decided({ decision, from, to, ...(after !== undefined && { after }) })
  const first = await ask()
  if (!first) throw new Problem(404, `there is no experiment "${decision}"`, 'decision')
  if ('problem' in first) throw bad('from', first.problem)
  return c.body(linesFrom(first, definition, ask), 200, {
    'Content-Type': 'application/x-ndjson',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
})

type Ask = (after: string) => Promise<Page | { problem: string } | undefined>

function linesFrom(first: Page, definition: Definition, ask: Ask): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let [text, next] = [textOf(first, definition), first.next]
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    // Of a page there may be nothing to tell, and a stream asks again only where it was given something.
    while (!text && next !== undefined) {
      const page = await pageAfter(next, ask)
      text = textOf(page, definition)
      next = page.next
    }
    if (text) controller.enqueue(encoder.encode(text))
    else controller.close()
    text = ''
  }
  // No page is read before the one before it is gone.
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

/** It was there before the first line went out. */
async function pageAfter(next: string, ask: Ask): Promise<Page> {
  const page = await ask(next)
  if (!page || 'problem' in page)
    throw new Error(`decisions after ${next}: ${page?.problem ?? 'the experiment is gone'}`)
  return page
}

const textOf = ({ lines }: Page, definition: Definition): string =>
  lines.map((line) => `${JSON.stringify(told(line, definition))}\n`).join('')

function told(line: Line, { arms, dimensions }: Definition) {
  const { t, id, decision, option, p, w, holdout, context, x, y } = line
  const propensities = Object.fromEntries(arms.map((arm, i) => [arm.id, line.propensities[i]]))
  const known = Object.fromEntries(dimensions.map((name) => [name, context[name] ?? null]))
  return { t, id, decision, option, propensity: p, propensities, weights: w, holdout, context: known, x, y }
}
