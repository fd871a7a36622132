/**
 * Weighing: with which probabilities a policy serves an experiment's options to whom. What is believed is made anew when more
 * became known, once a second at the most; until then each context has the probabilities that it was given.
 * What Hails have not handed over yet is known here already, in a copy of what was learnt; nothing of it is written.
 */
import { type Context, contextOf } from '../decide/context'
import type { Definition } from '../decide/definition'
import type { Learner } from '../decide/learner'
import { Overlay } from '../decide/ledger'
import { type Factor, Model } from '../decide/model'
import { probabilities } from '../decide/policy'
import { meanOf } from '../decide/posterior'
import { hail } from '../env'
import { Bounded } from '../ingest/bounded'
import type { Weighed, Weights } from './board'
import { Lines } from './journal'
import { type Pupil, teach } from './lesson'
import type { Life, Terms } from './life'
import { Rewarded } from './rewarded'
import type { Telling } from './slice'
import type { State } from './state'
import { Unmerged } from './unmerged'

/** A belief is good for so long where more became known, and for so long where nothing did: half-lives and delays go by time. */
const FRESH_MS = 1_000
const STALE_MS = 5_000
/** Contexts that have their probabilities by heart: the public may bring any. */
const MOST_CONTEXTS = 1_000
const MOST_EXPERIMENTS = 16

/** What is known of an experiment, merged or not. */
export interface Ahead extends Pupil {
  /** What was merged when this was copied. */
  base: Learner
  revision: number
  /** How far each Hail's log is known. */
  reached: Map<number, number>
  /** Notes that it was taught beyond that. */
  taught: number
}

/** What was believed at a moment. */
interface Belief {
  at: number
  /** What it was made of, as far as that was taught then. */
  ahead: Ahead
  taught: number
  model: Model
  version: number
  known: Bounded<Weights>
}

export class Weighing {
  private readonly unmerged: Unmerged
  private readonly aheads = new Bounded<Ahead>(MOST_EXPERIMENTS)
  private readonly beliefs = new Bounded<Belief>(MOST_EXPERIMENTS)
  private version = 0

  constructor(private readonly life: Life) {
    this.unmerged = new Unmerged((shard, after) =>
      (hail(life.env, life.site, shard) as unknown as Telling).notes(after),
    )
  }

  /** With what belief an experiment's options are served now. */
  model(state: State, definition: Definition): Model {
    return this.belief(state, definition).model
  }

  /** Undefined of what nobody has to weigh. */
  async weigh(terms: Terms, asked: Weighed): Promise<Weights | undefined> {
    const { decision } = asked
    const isLearnt = (each?: Definition) => each?.status === 'running' && each.policy !== 'split'
    if (!isLearnt(this.life.look(terms)?.experiments.find(decision))) return undefined
    await this.refresh(terms)
    const state = this.life.look(terms)
    const definition = state?.experiments.find(decision)
    return state && definition && isLearnt(definition) ? this.weights(state, definition, asked) : undefined
  }

  /** Hears what Hails have, if they were not asked in the last second. */
  refresh(terms: Terms): Promise<void> {
    return this.unmerged.refresh(terms.shards, this.life.look(terms)?.cursors ?? new Map())
  }

  /** Hears all that Hails have. */
  catchUp(terms: Terms): Promise<void> {
    return this.unmerged.catchUp(terms.shards, this.life.look(terms)?.cursors ?? new Map())
  }

  /** What is known of an experiment at this moment. */
  ahead({ learning, cursors }: State, definition: Definition): Ahead {
    const name = String(definition.number)
    const base = learning.of(definition)
    const known = this.aheads.get(name)
    const ahead =
      known?.base === base && known.revision === learning.revision
        ? known
        : copyOf(base, learning.revision, this.life.sql)
    ahead.learner.definition = definition
    for (const { shard, noted } of this.unmerged.after(cursors, ahead.reached)) {
      const { note } = noted
      if ('decision' in note && note.decision === definition.key) {
        teach(ahead, noted)
        ahead.taught += 1
      }
      ahead.reached.set(shard, noted.position)
    }
    this.aheads.set(name, ahead)
    return ahead
  }

  private weights(state: State, definition: Definition, { context: values, explain }: Weighed): Weights {
    const { model, version, known } = this.belief(state, definition)
    const context = contextOf(values, definition.dimensions)
    const name = model.state.branches.metOf(context)
    const weights = known.get(name) ?? { probabilities: probabilities(model, context), version }
    known.set(name, weights)
    if (!explain) return weights
    return { ...weights, factors: definition.policy === 'contextual' ? factorsOf(model, context) : [] }
  }

  private belief(state: State, definition: Definition): Belief {
    const now = Date.now()
    const name = String(definition.number)
    const known = this.beliefs.get(name)
    const isSame = known?.model.experiment === definition
    if (isSame && now - known.at < FRESH_MS) return known
    const ahead = this.ahead(state, definition)
    const { learner, taught } = ahead
    if (isSame && known.ahead === ahead && known.taught === taught && now - known.at < STALE_MS) return known
    this.version = Math.max(this.version + 1, Math.floor(now / 1000))
    const model = new Model(definition, learner.state, now)
    const belief = { at: now, ahead, taught, model, version: this.version, known: new Bounded<Weights>(MOST_CONTEXTS) }
    this.beliefs.set(name, belief)
    return belief
  }
}

function copyOf(base: Learner, revision: number, sql: SqlStorage): Ahead {
  const learner = base.copy()
  learner.beginSlice()
  const ledger = new Overlay(new Rewarded(sql, base.definition.number))
  return { base, revision, learner, ledger, lines: new Lines(), reached: new Map(), taught: 0 }
}

/** A profit that may be a loss has none. */
const factorsOf = (model: Model, context: Context): Factor[] =>
  model.everywhere.some((posterior) => meanOf(posterior) <= 0) ? [] : model.factors(context)
