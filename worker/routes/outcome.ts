/**
 * One outcome: what came of a decision that `/decide` made, told by its token, or of nobody's decision, as HailWhale was
 * told. It becomes entries on their way to a Hail, whose ids see to it that a decision and what came of it count once.
 */
import type { Event, Numbers } from '../../sdk/wire/event'
import type { Exposure, Note, Reward } from '../../sdk/wire/note'
import { typeOfDecision } from '../../sdk/wire/word'
import type { Outcome } from '../asked/decide'
import { type Definition, PER_DECISION, wasRunning } from '../decide/definition'
import { rewardsOf, sumOf } from '../decide/worth'
import { crossed } from '../ingest/cross'
import { decidedBy } from '../ingest/decided'
import type { Entries } from '../ingest/dimensions'
import { idOf } from '../ingest/id'
import type { Keys } from '../ingest/keys'
import { PATHS } from '../ingest/limits'
import { withHits } from '../ingest/metrics'
import { cleanName } from '../ingest/name'
import type { Site } from '../ingest/settings'
import { SHARD_WITHOUT_ID, shardOf } from '../ingest/shard'
import { clip, merge, nest, sizeOf, tree } from '../ingest/tree'
import type { Definitions } from './boards'
import type { Delivery } from './deliver'
import { exposureOf, homeOf } from './exposure'
import { isOption, optionsOf, stopped, type Unfit, unknown, vainOf } from './vain'

export interface Telling {
  keys: Keys
  site: Site
  /** Undefined where nobody can say which there are. */
  experiments: Definitions | undefined
  now: number
}

type Decided = Omit<Exposure, 'kind'>

/** The metric of whoever names none. */
const REWARD = 'reward'

/** An outcome with its decision's name. */
export type Told = Outcome & { decision: string }

/** Its entries, in the order in which they must come; none of what nothing is learnt from, whose id `/decide` told as `null`. */
export async function entriesOf(told: Told, telling: Telling): Promise<Delivery[] | Unfit> {
  if (told.id) return attributed(told, told.id, telling)
  const entries = await unattributed(told, telling)
  return told.id === null && !('why' in entries) ? [] : entries
}

/** The first call with a token counts the decision, whatever came of it; each that names another outcome adds that. */
async function attributed(told: Told, token: string, telling: Telling): Promise<Delivery[] | Unfit> {
  const { keys, site, experiments, now } = telling
  const { decision, option } = told
  const decided = await decidedBy(keys, { site: site.site, decision, option }, token)
  if (!decided) return NOT_OURS
  const definition = experiments?.get(decision)
  const exposure: Exposure = { kind: 'exposure', ...decided }
  const reward = rewardOf(told, decided, definition)
  const vain = vainOf(reward ?? { kind: 'reward', metrics: {}, ...decided }, experiments, { now })
  const unfit = vain ?? unknownMetric(reward?.metrics ?? {}, definition)
  if (unfit) return unfit
  const context = contextIn(decided.context ?? [], definition)
  const metrics = { hits: 1, decisions: 1 }
  const event = { ...eventOf(told, site, { at: decided.at, entries: context, metrics }), note: exposure }
  const shown = await exposureOf(event, site, now)
  if (!reward) return shown ? [shown] : TOO_OLD
  const id = await idOf('reward', `${decision}/${decided.number ?? ''}/${decided.id}/${nameOf(told, reward)}`)
  const rewarded: Delivery = {
    site: site.site,
    // It meets the Hail that its decision met: there the log has them in order, and a repeat is known when that is old.
    shard: (await homeOf(decided, site)).shard,
    id,
    events: [rewardEvent(told, site, { at: now, entries: context, reward, rewards: rewardsOf(definition, reward) })],
  }
  return shown ? [shown, rewarded] : [rewarded]
}

function rewardEvent(
  told: Told,
  site: Site,
  { at, entries, reward, rewards }: { at: number; entries: Entries; reward: Reward; rewards: number },
) {
  const all: Entries = reward.goal ? [...entries, ['goal', nest([reward.goal])]] : entries
  return {
    ...eventOf(told, site, { at, entries: all, metrics: { ...reward.metrics, hits: 0, rewards } }),
    note: reward,
  }
}

/** HailWhale's way: what options cost and earned, by nobody's decision. */
async function unattributed(told: Told, { site, experiments, now }: Telling): Promise<Delivery[] | Unfit> {
  const { decision, option, key } = told
  const definition = experiments?.get(decision)
  if (experiments && !definition) return unknown(decision)
  if (definition && !isOption(definition, option)) return { field: 'option', why: optionsOf(definition) }
  const metrics = numbersOf(told)
  if ((metrics.hits ?? 0) < 0) return { field: 'metrics.hits', why: 'must be at least 0: so many decisions it is' }
  const stranger = unknownMetric(metrics, definition)
  if (stranger) return stranger
  const isDecision = told.id !== null && definition && sumOf(definition, metrics).n > 0
  if (isDecision && !wasRunning(definition, now)) return stopped(definition)
  const id = key ? await idOf('outcome', `${decision}\0${key}`) : undefined
  const note: Note = { kind: 'outcome', decision, option, metrics }
  return [
    {
      site: site.site,
      shard: id === undefined ? SHARD_WITHOUT_ID : shardOf(id, site.fixedShards),
      ...(id !== undefined && { id }),
      events: [
        {
          ...eventOf(told, site, { at: now, entries: [], metrics: { ...summed(metrics, definition), ...metrics } }),
          note,
        },
      ],
    },
  ]
}

/** In the words of decisions that have ids, so that one graph shows both. */
function summed(metrics: Numbers, definition: Definition | undefined): Numbers {
  if (!definition) return {}
  const { n, x } = sumOf(definition, metrics)
  return { decisions: n, ...(definition.kind === 'rate' && { rewards: x }) }
}

const NOT_OURS: Unfit = {
  field: 'id',
  why: 'was not given here for this option: send what /decide answered, unchanged',
}

/** A repeat could no longer be told from the first. */
const TOO_OLD: Unfit = { field: 'id', why: 'is of a decision more than 72 hours ago' }

/** All that it cost and earned, hits among them. */
function numbersOf({ metrics, metric }: Told): Numbers {
  const given = metrics ?? metric ?? {}
  return withHits(Array.isArray(given) ? Object.fromEntries(given.map((name) => [name, 1])) : given)
}

/** What is worth more than a decision is. */
function rewardOf(told: Told, decided: Decided, definition: Definition | undefined): Reward | undefined {
  const { hits: _, ...numbers } = numbersOf(told)
  const goal = told.goal ? { goal: cleanName(told.goal) } : undefined
  const isWorth = Object.keys(numbers).length > 0
  if (!isWorth && !goal) return undefined
  const metrics = isWorth ? numbers : { [definition?.num ?? REWARD]: 1 }
  return { kind: 'reward', ...decided, metrics, ...goal }
}

/** What a goal without metrics is worth, its experiment says; and one that is named with its options may be to be made. */
export const needsExperiment = ({ goal, metrics, metric, options }: Told): boolean =>
  options !== undefined || (goal !== undefined && !Object.keys(metrics ?? metric ?? {}).length)

/** The same outcome told again has the same name. */
function nameOf({ event }: Told, { metrics, goal }: Reward): string {
  if (event) return `event ${event}`
  return JSON.stringify([goal ?? null, Object.entries(metrics).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

function unknownMetric(metrics: Numbers, definition: Definition | undefined): Unfit | undefined {
  if (!definition) return undefined
  const known = [...new Set([definition.num, definition.den, PER_DECISION])]
  const stranger = Object.keys(metrics).find((name) => !known.includes(name))
  return stranger === undefined
    ? undefined
    : { field: `metrics.${stranger}`, why: `is nothing to this experiment: known are ${known.join(', ')}` }
}

/** What was known as it was decided. */
const contextIn = (context: readonly (string | null)[], definition: Definition | undefined): Entries =>
  (definition?.dimensions ?? []).flatMap((name, i): Entries => {
    const value = context[i]
    return typeof value === 'string' ? [[name, nest([value])]] : []
  })

interface Making {
  at: number
  /** What is known besides what is told. */
  entries: Entries
  metrics: Numbers
}

function eventOf(told: Told, { cross }: Site, { at, entries, metrics }: Making): Event {
  const { decision, option, dimensions } = told
  const known = tree(entries)
  const said = clip(dimensions ?? {}, PATHS - 1 - sizeOf(known))
  return crossed({ at, type: typeOfDecision(decision, option), dimensions: merge(said, known), metrics }, cross)
}
