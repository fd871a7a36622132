/**
 * An experiment under way: it learns as a site's own does, with weights renewed every so many decisions, in a world whose
 * clock counts decisions as milliseconds. The one place where simulated worlds meet the engine.
 */
import type { Estimate } from '../../../worker/decide/aipw'
import type { Context } from '../../../worker/decide/context'
import { type Definition, PER_DECISION } from '../../../worker/decide/definition'
import { DEFAULTS } from '../../../worker/decide/experiment'
import { Learner } from '../../../worker/decide/learner'
import { Overlay } from '../../../worker/decide/ledger'
import { Model } from '../../../worker/decide/model'
import type { Moments } from '../../../worker/decide/moments'
import { probabilities } from '../../../worker/decide/policy'

export interface Decision {
  id: string
  arm: number
  at: number
  context: Context
  /** Of all arms. */
  propensities: readonly number[]
}

export const NOWHERE: Context = {}

/** Nothing is new: it was made long ago. Nobody is held out: that would cost each policy the same. */
export const definitionOf = (arms: number, more: Partial<Definition> = {}): Definition => ({
  ...DEFAULTS,
  key: 'world',
  arms: Array.from({ length: arms }, (_, i) => ({ id: `${i}`, weight: 1 })),
  dimensions: [],
  holdout: 0,
  number: 1,
  status: 'running',
  isHidden: false,
  hash: 'murmur',
  sticky: 0,
  created: -1e12,
  ...(more.kind === 'ratio' ? { num: 'earned', den: 'spent' } : { num: 'reward', den: PER_DECISION }),
  ...more,
})

export class Learning {
  readonly learner: Learner
  private readonly renewal: number
  private readonly ledger = new Overlay()
  private model: Model
  /** By context, which worlds tell apart by identity. */
  private readonly made = new Map<Context, readonly number[]>()

  /** `renewal`: decisions that one set of weights serves. */
  constructor(definition: Definition, renewal: number) {
    this.learner = Learner.of(definition)
    this.renewal = renewal
    this.model = new Model(definition, this.learner.state, 0)
  }

  weights(context: Context, now: number): readonly number[] {
    if (now - this.model.now >= this.renewal) this.renew(now)
    const known = this.made.get(context)
    if (known) return known
    const weights = probabilities(this.model, context)
    this.made.set(context, weights)
    return weights
  }

  decide(decision: Decision, cost = 0): void {
    this.learner.exposure(decision, decision.at)
    if (cost) this.learner.reward(decision, { x: 0, y: cost }, decision.at, this.ledger)
  }

  reward(decision: Decision, earned: number, now: number): void {
    this.learner.reward(decision, { x: earned, y: 0 }, now, this.ledger)
  }

  /** An arm's mean less the control's, by its scores. */
  compare = (control: number, arm: number): Estimate | undefined => this.learner.aipw!.compare(control, arm)

  /** All that was counted, of each arm; and how often it was to be served. */
  get counts(): Moments[] {
    return this.learner.state.total.read(this.model.now)
  }

  get expected(): readonly number[] {
    return [...this.learner.state.expected.sums]
  }

  private renew(now: number): void {
    this.learner.beginSlice()
    this.model = new Model(this.learner.definition, this.learner.state, now)
    this.made.clear()
  }
}
