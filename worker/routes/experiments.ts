/** `/experiments`: makes, lists, shows, changes and deletes experiments. */
import { type Context, Hono } from 'hono'
import { typeOfDecision } from '../../sdk/wire/word'
import { ExperimentChanges, ExperimentQuery, ExperimentsQuery, NewExperiment, StandingQuery } from '../asked/experiment'
import type { Definition } from '../decide/definition'
import type { Site } from '../ingest/settings'
import type { Changes, Standing } from '../whale/board'
import { type Access, type App, bearerFor, siteFor } from './access'
import { answered, open } from './answers'
import { begun } from './begin'
import { decider } from './decider'
import { checkWeights, definedBy, shown } from './defined'
import { deploymentOf } from './deployment'
import { trackedAt } from './gimel'
import { bodyBy, json, queryBy } from './parsed'
import { bad, Problem } from './problem'
import { isOption, optionsOf } from './vain'

const SECOND = 1_000

export const experiments = new Hono<App>()
  .use('/*', open)
  .post('/', async (c) => {
    const now = Date.now()
    await bearerFor(c, 'write', now)
    const { site: given, ...wished } = bodyBy(NewExperiment, await json(c.req))
    const named = c.req.query('site') ?? (given === undefined || given === null ? undefined : String(given))
    const { site } = await siteFor(c, named, 'write', now)
    const deployment = await deploymentOf(c.env)
    const { definition, isNew } = await begun({ env: c.env, deployment, now }, site, definedBy(wished))
    return c.json(shown(definition), isNew ? 201 : 200, NOT_KEPT)
  })
  .get('/', async (c) => {
    // Gimel's question, which names no other.
    if (c.req.query('namespace') !== undefined) return trackedAt(c)
    const { site } = await siteFor(c, c.req.query('site'), 'read', Date.now())
    const { hidden } = queryBy(ExperimentsQuery, c.req.query())
    const listed = (await definitionsOf(c, site)).filter(({ isHidden }) => hidden || !isHidden)
    const totals = new Map((await decider(c.env, site.site).totals()).map(({ decision, ...sums }) => [decision, sums]))
    const list = listed.map((each) => ({ ...shown(each), totals: totals.get(each.key) ?? NOTHING }))
    return answered(c, { site: site.site, experiments: list })
  })
  .get('/:name', async (c) => {
    const name = c.req.param('name')
    const { site, access } = await siteFor(c, c.req.query('site'), 'share', Date.now())
    checkShare(access, name)
    const { control } = queryBy(StandingQuery, c.req.query())
    const definition = await definitionOf(c, site, name)
    if (control !== undefined && !isOption(definition, control)) throw bad('control', optionsOf(definition))
    const standing = await decider(c.env, site.site).standing(name, control)
    if (!standing) throw missing(name)
    return answered(c, told(standing, control ?? definition.arms[0]!.id))
  })
  .patch('/:name', async (c) => {
    const { name, site } = await changing(c)
    const given = bodyBy(ExperimentChanges, await json(c.req))
    const definition = await definitionOf(c, site, name)
    const changed = await decider(c.env, site.site).change(name, changesOf(given, definition))
    if (!changed) throw missing(name)
    await forget(c, site)
    return c.json(shown(changed), 200, NOT_KEPT)
  })
  .delete('/:name', async (c) => {
    const { name, site } = await changing(c)
    if (!(await decider(c.env, site.site).abandon(name))) throw missing(name)
    await forget(c, site)
    return c.body(null, 204, NOT_KEPT)
  })

const NOT_KEPT = { 'Cache-Control': 'no-store' }

const missing = (name: string) => new Problem(404, `there is no experiment "${name.slice(0, 100)}"`, 'decision')

/** As its Whale has them just now: an isolate's copy of the site may not know yet that there are any. */
const definitionsOf = async (c: Context<App>, { site }: Site): Promise<Definition[]> =>
  (await decider(c.env, site).board({ since: 0 })).definitions ?? []

async function definitionOf(c: Context<App>, site: Site, name: string): Promise<Definition> {
  const definition = (await definitionsOf(c, site)).find(({ key }) => key === name)
  if (!definition) throw missing(name)
  return definition
}

async function changing(c: Context<App>): Promise<{ name: string; site: Site }> {
  const { site } = await siteFor(c, c.req.query('site'), 'write', Date.now())
  queryBy(ExperimentQuery, c.req.query())
  return { name: c.req.param('name') ?? '', site }
}

const forget = async (c: Context<App>, { site }: Site) => (await deploymentOf(c.env)).boards.forget(site)

/** A share shows an experiment where it is made for its type, or for all, and for no part of that alone. */
function checkShare(access: Access, name: string): void {
  if (access.level !== 'share') return
  const { type, dimension, metrics, periods, intervals } = access.scope
  const isOfType = type === typeOfDecision(name) || type === DECISIONS
  if (!isOfType || dimension?.length || metrics || periods || intervals)
    throw new Problem(403, `a share shows an experiment only where its type is ${typeOfDecision(name)}, unlimited`)
}

const DECISIONS = 'decision'

/** Of one that was made this very moment. */
const NOTHING = { trials: 0, num: 0, den: 0 }

/** The results, in the words of answers; what earlier looks found is the Whale's to remember. */
function told({ definition, results, weights, counted }: Standing, control: string) {
  const { looks: _, arms, srm, delay, holdout, ...rest } = results
  const { always, ...mismatch } = srm
  // Here they are those that are served.
  const { weights: declared, ...definedAs } = shown(definition)
  const seconds = (ms: number | null) => (ms === null ? null : ms / SECOND)
  return {
    ...definedAs,
    declared,
    control,
    arms,
    ...rest,
    srm: { ...mismatch, p_always: always },
    delay: { median: seconds(delay.median), p90: seconds(delay.p90), pending: delay.pending },
    holdout: { share: definition.holdout, ...(holdout ?? { rates: null, lift: null }) },
    weights,
    counted,
  }
}

/** What is asked for, if it fits. */
function changesOf({ status, winner, hidden, weights }: ExperimentChanges, definition: Definition): Changes {
  checkWeights(weights, definition)
  if (winner && !isOption(definition, winner)) throw new Problem(400, `winner ${optionsOf(definition)}`, 'winner')
  if (winner && (status ?? definition.status) !== 'finished')
    throw new Problem(400, 'winner goes with the status finished', 'winner')
  return {
    ...(status && { status }),
    ...(winner && { winner }),
    ...(typeof hidden === 'boolean' && { isHidden: hidden }),
    ...(weights && { arms: definition.arms.map(({ id }, i) => ({ id, weight: weights[i]! })) }),
  }
}
