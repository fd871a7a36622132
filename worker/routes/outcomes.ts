/** `/count_decision`: what came of decisions, told by an owner's own programs with the site's write key. */
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { OutcomeSchema, TEXTS } from '../asked/decide'
import { COUNTS } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import type { Beginning } from '../whale/board'
import type { App } from './access'
import { begun } from './begin'
import type { Definitions } from './boards'
import { tallied } from './count'
import { definedBy } from './defined'
import { deliver, type Outcome } from './deliver'
import { type Deployment, deploymentOf } from './deployment'
import { givenInBody, givenInQuery, jsonIn, type Given } from './given'
import { entriesOf, needsExperiment, type Told } from './outcome'
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
  let known = await knownTo(context, site, all)
  if (!known && all.some(needsExperiment)) throw unsaid()
  let told = await entriesBy(known?.experiments)
  if (told.some((each) => 'why' in each)) {
    // Another isolate may have made or resumed what this one has not heard of.
    known = await knownTo(context, site, all, now)
    if (!known) throw unsaid()
    told = await entriesBy(known.experiments)
  }
  const entries = told.map((each, index) => {
    if ('why' in each)
      throw new Problem(each.isUnknown ? 404 : 400, `${each.field} ${each.why}`, place(each.field, index))
    return each
  })
  for (const [decision, beginning] of known?.wished ?? []) {
    if (entries.some(({ length }, index) => length && all[index]!.decision === decision))
      await begun(context, site, beginning)
  }
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

/** What there is, and what this would make of what there is not. */
interface Known {
  experiments: Definitions
  wished: ReadonlyMap<string, Beginning>
}

const unsaid = (): Problem =>
  new Problem(503, 'which experiments there are can’t be known just now; nothing of this was counted: send it again')

async function knownTo(
  { env, deployment, now }: { env: App['Bindings']; deployment: Deployment; now: number },
  { site }: Site,
  all: readonly Told[],
  since?: number,
): Promise<Known | undefined> {
  // This isolate's copy of the site may not know yet that it has experiments, and its program does.
  const list = await deployment.boards.list(env, { site, deciding: true }, now, since)
  if (!list) return undefined
  const experiments = new Map(list)
  const wished = new Map<string, Beginning>()
  for (const { decision, options, policy, by, by_metric } of all) {
    if (experiments.has(decision) || !options) continue
    const beginning = definedBy({ decision, options, policy, by: by ?? by_metric })
    wished.set(decision, beginning)
    experiments.set(decision, { ...beginning, number: NONE, created: now })
  }
  return { experiments, wished }
}

/** Of an experiment that is not made yet: no token names it. */
const NONE = 0
