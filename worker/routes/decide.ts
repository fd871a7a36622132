/**
 * `/decide`: which option one gets. It reads and writes nothing: what is shown counts when a browser or a server says so.
 * Anybody may ask, from the site's own pages and at its rate; who holds a key asks from anywhere. An answer to anybody
 * holds no results, and nobody makes an experiment without the write key.
 */
import { type Context, Hono } from 'hono'
import { DecideQuery } from '../asked/decide'
import type { Definition } from '../decide/definition'
import type { Drawn } from '../decide/draw'
import { explain, sentenceOf } from '../decide/explanation'
import { contextOf } from '../ingest/context'
import { type Entries, ofAgent, ofGeo, ofLanguage, ofPage } from '../ingest/dimensions'
import type { Site } from '../ingest/settings'
import { fitting, ID_BYTES, sealToken } from '../ingest/token'
import { tree } from '../ingest/tree'
import type { Values } from '../whale/board'
import type { Access, App } from './access'
import { answered, open } from './answers'
import { askerOf } from './asker'
import { begun } from './begin'
import type { Known } from './boards'
import { anyOf, chosen, dayOf } from './choice'
import { decider } from './decider'
import { definedBy } from './defined'
import { type Deployment, deploymentOf } from './deployment'
import { queryBy } from './parsed'
import { bad, Problem } from './problem'
import { addressFor, factsFor } from './sender'

const SECOND = 1000
/** Of a unit that nobody named: more than enough to tell all decisions apart. */
const UNIT_BYTES = 6

const encoder = new TextEncoder()

/** One question, and who asks it. */
interface Asking {
  deployment: Deployment
  site: Site
  /** The bearer's, where there is one. */
  level?: Access['level']
  query: DecideQuery
  decision: string
  contextOf(definition: Definition): Values
  now: number
}

export const decide = new Hono<App>().use('/decide', open).get('/decide', async (c) => {
  const asking = await askingOf(c)
  const { deployment, site, query, decision, now } = asking
  const known = await knownFor(c, asking)
  const { options, unit = anybody() } = query
  const { definition, weights } = known ?? {}
  if (!definition) {
    if (!options) throw missing(decision, known !== undefined)
    return answered(c, { decision, ...anyOf(decision, options, unit), id: null })
  }
  checkOptions(options, definition)
  const { drawn, ...choice } = chosen(definition, weights, unit, now)
  const { number, policy, reweighted } = definition
  const token = drawn && {
    number,
    version: weights?.version ?? 0,
    at: now,
    context: asking.contextOf(definition),
    // Those of a split are known from its definition, if they were always the same.
    ...((policy !== 'split' || reweighted !== undefined) && { propensities: drawn.propensities }),
    ...(drawn.isHoldout && { isHoldout: true as const }),
  }
  const choiceOf = { site: site.site, decision, option: choice.option }
  const id = token ? await sealToken(deployment.keys, choiceOf, token, await nameOf(token, unit, choice.option)) : null
  const explanation = query.explain && { explanation: await reasonsFor(c, asking, definition, drawn) }
  // So long a browser keeps it; what nothing is learnt from it asks again on the next page.
  const ttl = id !== null && { ttl: definition.sticky / SECOND }
  return answered(c, { decision, ...choice, id, ...ttl, ...explanation })
})

const anybody = (): string =>
  crypto
    .getRandomValues(new Uint8Array(UNIT_BYTES))
    .reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')

/**
 * Of the decision, six bytes: who is asked for again on the same day gets no second one. Weights may move meanwhile: who
 * then gets another option has another decision, or that one's rewards would be of no decision.
 */
async function nameOf(
  { number, at, context }: { number: number; at: number; context: Values },
  unit: string,
  option: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = encoder.encode(JSON.stringify([number, dayOf(at), option, unit, context]))
  return new Uint8Array(await crypto.subtle.digest('SHA-256', name), 0, ID_BYTES)
}

async function askingOf(c: Context<App>): Promise<Asking> {
  const now = Date.now()
  const deployment = await deploymentOf(c.env)
  const { site, level } = await askerOf(c, deployment, now)
  const query = queryBy(DecideQuery, c.req.query())
  const decision = query.decision ?? query.pk
  if (decision === undefined) throw bad('decision', 'is missing')
  if (query.explain && level !== 'read' && level !== 'admin')
    throw new Problem(level ? 403 : 401, "explain: why is told to who has the site's read key", 'explain')
  const derived = level ? tree() : tree(derivedOf(c, deployment))
  return {
    deployment,
    site,
    ...(level && { level }),
    query,
    decision,
    // Weighed by what can be learnt from alone.
    contextOf: ({ dimensions }) => fitting(contextOf(dimensions, query.dimensions ?? {}, derived)),
    now,
  }
}

/** What a request says of who sends it. */
function derivedOf(c: Context<App>, deployment: Deployment): Entries {
  const { geo, agent, language } = factsFor(c, deployment, addressFor(c, deployment))
  const referer = c.req.header('referer')
  return [...ofGeo(geo), ...ofAgent(agent), ...ofLanguage(language), ...(referer ? ofPage(referer) : [])]
}

/** What there is, or is made by this; undefined where nobody can say. */
async function knownFor(c: Context<App>, asking: Asking): Promise<Known | undefined> {
  const { deployment, site, level, query, decision, contextOf, now } = asking
  const deciding = level ? true : site.deciding
  const sought = { site: { site: site.site, ...(deciding && { deciding }) }, decision, contextOf }
  const behind = (work: Promise<void>) => c.executionCtx.waitUntil(work)
  const known = await deployment.boards.find(c.env, sought, now, behind)
  const mayMake = level === 'write' || level === 'admin'
  if (!known || known.definition || !mayMake || !query.options) return known
  const { options, weights, policy, by = query.by_metric } = query
  const wished = definedBy({ decision, options, weights, policy, by })
  const made = await begun({ env: c.env, deployment, now }, site, wished).catch((problem: unknown) => problem)
  const found = await deployment.boards.find(c.env, sought, now, behind)
  // Somebody else may have made it meanwhile, in his own way: then that is what is decided by.
  if (made instanceof Error && !found?.definition) throw made
  return found
}

function missing(decision: string, isKnown: boolean): Problem {
  if (!isKnown) return new Problem(503, 'which experiments there are can’t be known just now; name the options')
  return bad('options', `there is no experiment "${decision}": name what there is to choose from`)
}

/** In whatever order they are named. */
function checkOptions(options: readonly string[] | undefined, { key, arms }: Definition): void {
  const own = arms.map(({ id }) => id)
  if (options && (options.length !== own.length || !own.every((each) => options.includes(each))))
    throw bad('options', `those of "${key}" are ${JSON.stringify(own).slice(0, 1_000)}`)
}

/** Asked anew: no isolate keeps them. */
async function reasonsFor(
  c: Context<App>,
  { site, decision, contextOf }: Asking,
  definition: Definition,
  drawn?: Drawn,
): Promise<string[]> {
  if (!drawn || drawn.isHoldout) return []
  const weigh = { decision, context: contextOf(definition), explain: true } as const
  // What is decided is told without them too.
  const board = await decider(c.env, site.site)
    .board({ since: 0, weigh })
    .catch(() => undefined)
  return explain(board?.weights?.factors ?? [], drawn.arm).map(sentenceOf)
}
