/** `/count_decision`: what came of decisions, told by an owner's own programs with the site's write key. */
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { OutcomeSchema, TEXTS } from '../asked/decide'
import { COUNTS } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import type { App } from './access'
import { begun } from './begin'
import type { Definitions } from './boards'
import { tallied } from './count'
import { definedBy } from './defined'
import { deliver, type Outcome } from './deliver'
import { type Deployment, deploymentOf } from './deployment'
import { givenInBody, givenInQuery, jsonIn, type Given } from './given'
import { entriesOf, isGoalAlone, type Told } from './outcome'
import { Problem } from './problem'

export const outcomes = new Hono<App>()
  .get('/', async (c) =>
    counted(c, await givenInQuery(c, (name, text) => (TEXTS.has(name) ? text : jsonIn(name, text)))),
  )
  .post('/', async (c) => counted(c, await givenInBody(c)))

/** All are good, or the first that is not is told and none counts. */
async function counted(c: Context<App>, { site, given }: Given): Promise<Response> {
  const now = Date.now()
  const deployment = await deploymentOf(c.env)
  const context = { env: c.env, deployment, now }
  const list: unknown[] = Array.isArray(given) ? given : [given]
  if (list.length > COUNTS) throw new Problem(400, `must be at most ${COUNTS} outcomes`)
  const place = (field: string, index: number) =>
    Array.isArray(given) ? [`[${index}]`, field].filter(Boolean).join('.') : field
  const all = list.map((each, index) => toldIn(each, (field) => place(field, index)))
  const entriesBy = (experiments: Definitions | undefined) =>
    Promise.all(all.map((told) => entriesOf(told, { keys: deployment.keys, site, experiments, now })))
  const known = await knownTo(context, site, all)
  if (!known && all.some(isGoalAlone)) throw unsaid()
  const made = await entriesBy(known)
  // Another isolate may have made or resumed what this one has not heard of.
  const last = made.some((each) => 'why' in each) ? await entriesBy(await surely(context, site, all)) : made
  const entries = last.map((each, index) => {
    if ('why' in each)
      throw new Problem(each.isUnknown ? 404 : 400, `${each.field} ${each.why}`, place(each.field, index))
    return each
  })
  const became = await deliver(context, entries.flat())
  let next = 0
  const results = entries.map(({ length }) => together(became.slice(next, (next += length))))
  return tallied(c, results, all.filter(({ id, key }) => id === undefined && !key).length)
}

/** Of one that is a decision and what came of it whatever is new counts; of one that is nothing, nothing. */
const together = (parts: readonly Outcome[]): Outcome =>
  parts.includes('counted') ? 'counted' : (parts[0] ?? 'decision')

function toldIn(given: unknown, place: (field: string) => string): Told {
  const { success, output, issues } = v.safeParse(OutcomeSchema, given, { abortEarly: true })
  if (!success) {
    const field = v.getDotPath(issues[0]) ?? ''
    throw new Problem(400, `${field} ${issues[0].message}`.trim(), place(field))
  }
  const decision = output.decision ?? output.pk
  if (!decision) throw new Problem(400, 'decision is missing', place('decision'))
  return { ...output, decision }
}

interface Known {
  env: App['Bindings']
  deployment: Deployment
  now: number
}

const unsaid = (): Problem =>
  new Problem(503, 'which experiments there are can’t be known just now; nothing of this was counted: send it again')

/** As of this moment. */
async function surely(context: Known, site: Site, all: readonly Told[]): Promise<Definitions> {
  const known = await knownTo(context, site, all, context.now)
  if (!known) throw unsaid()
  return known
}

/** What there is, and what is made by this. */
async function knownTo(
  context: Known,
  site: Site,
  all: readonly Told[],
  since?: number,
): Promise<Definitions | undefined> {
  const { boards } = context.deployment
  // This isolate's copy of the site may not know yet that it has experiments, and its program does.
  const known = await boards.list(context.env, { site: site.site, deciding: true }, context.now, since)
  if (!known) return undefined
  const made = new Map(known)
  for (const { decision, options, policy, by, by_metric } of all) {
    if (made.has(decision) || !options) continue
    const { definition } = await begun(context, site, definedBy({ decision, options, policy, by: by ?? by_metric }))
    made.set(decision, definition)
  }
  return made
}
