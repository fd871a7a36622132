/**
 * The model: what is believed of each arm for a visitor of some context. An arm's mean is multiplied by one factor for
 * each dimension's value, then by what is left at the leaf, each drawn to 1 as far as its dimension has shown to matter.
 * Factors are of an arm *against the others there*: where a country buys twice as much whatever it sees, all factors are 1.
 * So an arm that was served to rich countries doesn't look better for it.
 *
 *      θ_a = m_a Π λ_a,d                              (log-additive; order-free, unlike a path of dimensions)
 *      λ_a = (k + x_a) / (k + ρ E_a), k = 1 / c²      Gamma-Poisson shrinkage; ρ = Σ x / Σ E over arms, E_a = y_a m_a
 */
import { type Belief, beliefs, cellOf, LEAST_EXPECTED, met, ratioOf, spreadOf } from './belief'
import type { Context } from './context'
import type { Experiment } from './experiment'
import { type Kind, matured, type Moments, pooled } from './moments'
import type { Node } from './node'
import { betaOf, meanOf, type Posterior, varianceOf } from './posterior'
import { betweenContexts, type Cell } from './spread'
import type { State } from './state'
import { HEAVY } from './tail'
import { hasTurned } from './turn'

/** How an arm does at a dimension's value, against the other arms there and its own mean. */
export interface Factor {
  dimension: string
  value: string
  arm: number
  factor: number
  sd: number
}

/** Coefficients of variation where contexts are taken to matter from the start, and the leaf's part of the largest. */
const STRONG = { value: 0.3, leaf: 0.1 }
const LEAF_PART = 0.4
/** A loss is no reason to take a context for impossible. */
const LEAST_FACTOR = 0.05

export class Model {
  readonly experiment: Experiment
  readonly state: State
  readonly now: number
  /** Of each arm at the root. */
  readonly beliefs: Belief[]
  /** Of each arm, the share of its decisions whose rewards are in. */
  readonly shares: number[]
  private readonly means: number[]
  /** What counts as one reward, in the metric's unit. */
  private readonly reward: number
  private spreads: { values: Map<string, number>; leaf: number } | undefined

  constructor(experiment: Experiment, state: State, now: number) {
    this.experiment = experiment
    this.state = state
    this.now = now
    const counts = state.root.read(now).map(({ n }) => n)
    this.shares = state.delay.shares(counts, now, experiment.halfLife)
    const past = this.read(state.root)
    const lately = this.lately()
    const arms = lately && hasTurned(past, lately) ? lately : past
    this.beliefs = beliefs(experiment.kind, arms, state.tail.topShare > HEAVY)
    this.means = this.beliefs.map(({ posterior }) => meanOf(posterior))
    this.reward = experiment.kind === 'rate' ? 1 : rewardOf(pooled(arms))
  }

  /** Where it is to notice that things have turned; contexts have no such memory, and would go on as before. */
  private lately(): Moments[] | undefined {
    const { policy, halfLife } = this.experiment
    if (policy !== 'thompson' || halfLife === null) return undefined
    const { recent, delay } = this.state
    return delay.ripe(recent.read(this.now), this.now, recent.halfLife)
  }

  /** The moments of a node's arms, as they count now. */
  read = (node: Node): Moments[] => node.read(this.now).map((moments, arm) => matured(moments, this.shares[arm]!))

  /** Of each arm, wherever the visitor comes from. */
  get everywhere(): Posterior[] {
    return this.beliefs.map(({ posterior }) => posterior)
  }

  /** Of each arm, in this context. */
  at(context: Context): Posterior[] {
    // Factors are of something: a profit that may be a loss has none.
    if (this.means.some((mean) => mean <= 0)) return this.everywhere
    const factors = this.factors(context)
    const guesses = this.beliefs.map(({ posterior }, arm) => {
      const own = factors.filter((factor) => factor.arm === arm)
      const mean = own.reduce((product, { factor }) => product * factor, this.means[arm]!)
      const spread = varianceOf(posterior) / this.means[arm]! ** 2
      return { mean, relative: own.reduce((sum, { factor, sd }) => sum + (sd / factor) ** 2, spread) }
    })
    const leaf = this.state.branches.leafOf(context)
    const seen = leaf ? this.read(leaf) : undefined
    const means = guesses.map(({ mean }) => mean)
    const rho = seen ? this.rho(seen, means) : 1
    return guesses.map(({ mean, relative }, arm) =>
      this.updated(rho * mean, (relative + this.spread.leaf ** 2) * (rho * mean) ** 2, seen?.[arm], arm),
    )
  }

  /** Of all arms at the context's values; none where a value was never met. */
  factors(context: Context): Factor[] {
    return this.state.branches.known(context).flatMap(({ dimension, value, node }) => {
      const c = this.spread.values.get(dimension)!
      return this.cells(node).map((cell, arm) => ({
        dimension,
        value,
        arm,
        ...shrunk(this.experiment.kind, cell, 1 / c ** 2),
      }))
    })
  }

  /** How much the values of each dimension, and leaves beyond them, make arms differ. */
  private get spread() {
    this.spreads ??= this.fit()
    return this.spreads
  }

  private fit() {
    const { dimensions, personalise } = this.experiment
    const cvOf = (dimension: string) => {
      if (personalise === 'strong') return STRONG.value
      const nodes = [...this.state.branches.along(dimension).values()]
      const cells = nodes.map((node) =>
        this.cells(node).filter(({ expected }) => expected / this.reward >= LEAST_EXPECTED),
      )
      return betweenContexts(cells)
    }
    const values = new Map(dimensions.map((dimension) => [dimension, cvOf(dimension)]))
    const leaf = personalise === 'strong' ? STRONG.leaf : LEAF_PART * Math.max(0, ...values.values())
    return { values, leaf }
  }

  /** What each arm earned at a node over what was to be expected of it there. */
  private cells(node: Node): (Cell & { expected: number; weight: number })[] {
    const seen = this.read(node)
    const rho = this.rho(seen, this.means)
    return seen.map(({ n, x, y }, arm) => {
      const rate = rho * this.means[arm]!
      const expected = y * rate
      if (n <= 0 || expected <= 0) return { relative: 1, variance: Number.POSITIVE_INFINITY, expected: 0, weight: 0 }
      if (this.experiment.kind === 'rate') return { ...cellOf(x, expected, rate), expected, weight: expected }
      const variance = this.beliefs[arm]!.noise / n
      return { relative: x / expected, variance, expected, weight: 1 / variance }
    })
  }

  /** How much better than expected all arms together do: the context itself, which is no arm's merit. */
  private rho(seen: readonly Moments[], means: readonly number[]): number {
    const expected = seen.reduce((sum, { y }, arm) => sum + y * means[arm]!, 0)
    const rho = (pooled(seen).x + this.reward) / (expected + this.reward)
    // Rewards may be known where no decision is.
    return rho > 0 && Number.isFinite(rho) ? rho : 1
  }

  /** A guess, after what the leaf itself has seen. */
  private updated(mean: number, variance: number, seen: Moments | undefined, arm: number): Posterior {
    if (this.experiment.kind === 'rate') {
      const prior = betaOf(mean, variance)
      if (!seen) return prior
      return { kind: 'beta', a: prior.a + seen.x, b: prior.b + Math.max(seen.n - seen.x, 0) }
    }
    const isSeen = seen && seen.n > 0 && seen.y > 0
    const own = isSeen && { mean: ratioOf(seen), variance: (this.beliefs[arm]!.noise * mean ** 2) / seen.n }
    const guess = own ? met({ mean, variance }, own) : { mean, variance }
    return { kind: 'normal', mean: guess.mean, sd: Math.sqrt(guess.variance) }
  }
}

/** An arm's reward at a value over what was to be expected, drawn to 1 as if k more had been just as expected. */
export function shrunk(kind: Kind, { relative, weight }: { relative: number; weight: number }, k: number) {
  const factor = Math.max((k + relative * weight) / (k + weight), LEAST_FACTOR)
  return { factor, sd: Math.sqrt((kind === 'rate' ? factor : 1) / (k + weight)) }
}

/** Variance over mean: what one reward would be if all were alike. */
function rewardOf(all: Moments): number {
  return all.x > 0 ? (spreadOf(all) * (all.y / all.n) ** 2) / (all.x / all.n) : 0
}
