/**
 * What arms are worth where a policy served them unevenly: augmented inverse propensity weighting (J. Robins et al., 1994).
 * Each decision gives every arm a score whose mean is the arm's, whoever was served, as the propensity is known:
 *
 *      g_k = m_k + 1{k served} (x - m_k) / p_k       x: what the decision earned, whatever it cost
 *
 * m_k is a guess made before x is seen: it is frozen for each step of decision time, by the first of that step that comes.
 * So scores follow from arm, propensities and time, and a late reward brings nothing else back. Sums of scores are
 * martingales, and have bounds that hold at every look. Only these sums depend on the order of the log.
 * Any arm may be the control: sums of products tell the variance of each pair.
 * Its record: decisions, what bounds are tuned to (0 while that is open), of each arm n, x, xx, Σg, Σ1/p of all decisions,
 * Σ1/p and Σ1/p² of its own, then Σ g_i g_j of i ≥ j, row by row, then by step its number and the guesses.
 */
import { mixtureBound, mixtureOf, TUNED_TO } from './always'
import { normalOf } from './normal'
import { decode, encode } from './record'

export const VERSION = 1
/** A guess counts as five rewards of the pooled mean; of what are no rates, as so many decisions. */
const GUESS_REWARDS = 5
const GUESS_DECISIONS = 50
/** After so many decisions an arm it is said what bounds are tuned to: it may not follow what they bound. */
const SETTLED = 100
/** Steps that a window is cut in, and how many guesses are kept: of more than a window. */
const STEPS = 64
const KEPT = 80

interface Sums {
  n: number
  x: number
  xx: number
  g: number
  /** 1 / p of all decisions. */
  v: number
  /** 1 / p of its own decisions, and their squares. */
  w: number
  ww: number
}

const FIELDS = ['n', 'x', 'xx', 'g', 'v', 'w', 'ww'] as const satisfies (keyof Sums)[]

/** What of a decision its scores are made of. */
export interface Drawn {
  arm: number
  /** When it was decided, unix milliseconds. */
  at: number
  /** Every arm's, the served one's too. */
  propensities: readonly number[]
}

export interface Estimate {
  /** The arm's mean less the control's. */
  difference: number
  /** At a fixed end. */
  interval: [low: number, high: number]
  /** At any look. */
  always: [low: number, high: number]
}

export class Aipw {
  count = 0
  /** The variance at which bounds are tightest. */
  private tunedTo = 0
  private readonly isRate: boolean
  private readonly step: number
  private readonly arms: Sums[]
  private readonly products: Float64Array
  /** By number of the step. */
  private readonly guesses = new Map<number, Float64Array>()

  constructor(arms: number, isRate: boolean, window: number) {
    this.isRate = isRate
    this.step = window / STEPS
    this.arms = Array.from({ length: arms }, () => ({ n: 0, x: 0, xx: 0, g: 0, v: 0, w: 0, ww: 0 }))
    this.products = new Float64Array((arms * (arms + 1)) / 2)
  }

  decide(drawn: Drawn): void {
    const { arm, propensities } = drawn
    const scores = this.scores(drawn, 0)
    const served = this.arms[arm]!
    served.n += 1
    served.w += 1 / propensities[arm]!
    served.ww += 1 / propensities[arm]! ** 2
    let at = 0
    this.arms.forEach((sums, i) => {
      sums.g += scores[i]!
      sums.v += 1 / propensities[i]!
      for (let j = 0; j <= i; j++) this.products[at++]! += scores[i]! * scores[j]!
    })
    this.count += 1
    if (this.tunedTo === 0 && this.count >= SETTLED * this.arms.length) this.tunedTo = this.tuning()
  }

  /** What a decision earned, beyond what it had `before`; be its exposure known or still to come. */
  reward(drawn: Drawn, more: number, before = 0): void {
    const { arm, propensities } = drawn
    const scores = this.scores(drawn, before)
    const change = more / propensities[arm]!
    const sums = this.arms[arm]!
    sums.x += more
    sums.xx += (before + more) ** 2 - before ** 2
    sums.g += change
    scores.forEach((score, j) => {
      this.products[placeOf(arm, j)]! += j === arm ? change * (2 * score + change) : change * score
    })
  }

  /** How many even decisions an arm's uneven ones are worth (L. Kish, 1965). */
  effective(arm: number): number {
    const { w, ww } = this.arms[arm]!
    return ww > 0 ? w ** 2 / ww : 0
  }

  /** Undefined until it is settled what its bounds are tuned to, and where one of both could not be served at all. */
  compare(control: number, arm: number, alpha = 0.05): Estimate | undefined {
    const { S, U, variance } = this.pair(control, arm)
    if (this.tunedTo === 0 || !Number.isFinite(U)) return undefined
    const difference = S / this.count
    // An arm that lacks its few large orders varies too little for what it may earn.
    const half = normalOf(alpha) * Math.sqrt((this.isRate ? variance : U / this.count) / this.count)
    const bound = mixtureBound(U, mixtureOf(this.tunedTo, alpha), alpha) / this.count
    return {
      difference,
      interval: [difference - half, difference + half],
      always: [difference - bound, difference + bound],
    }
  }

  copy(): Aipw {
    const copy = new Aipw(this.arms.length, this.isRate, this.step * STEPS)
    copy.count = this.count
    copy.tunedTo = this.tunedTo
    copy.arms.forEach((sums, arm) => Object.assign(sums, this.arms[arm]))
    copy.products.set(this.products)
    for (const [number, guess] of this.guesses) copy.guesses.set(number, guess)
    return copy
  }

  encode(): Uint8Array {
    const arms = this.arms.flatMap((sums) => FIELDS.map((field) => sums[field]))
    const guesses = [...this.guesses].flatMap(([number, guess]) => [number, ...guess])
    return encode(VERSION, [this.count, this.tunedTo, ...arms, ...this.products, ...guesses])
  }

  /** Takes what is kept into one that is empty. */
  decode(bytes: Uint8Array): this {
    const [count = 0, tunedTo = 0, ...numbers] = decode(bytes, VERSION)
    this.count = count
    this.tunedTo = tunedTo
    const read = numbers.values()
    const next = () => read.next().value ?? 0
    for (const sums of this.arms) for (const field of FIELDS) sums[field] = next()
    this.products.forEach((_, at) => (this.products[at] = next()))
    for (const number of read) this.guesses.set(number, Float64Array.from(this.arms, next))
    return this
  }

  private scores({ arm, at, propensities }: Drawn, x: number): Float64Array {
    const scores = this.guessOf(Math.floor(at / this.step)).slice()
    scores[arm]! += (x - scores[arm]!) / propensities[arm]!
    return scores
  }

  /** As it was frozen, or is now. */
  private guessOf(step: number): Float64Array {
    const known = this.guesses.get(step)
    if (known) return known
    const guess = Float64Array.from(this.means())
    this.guesses.set(step, guess)
    if (this.guesses.size > KEPT) this.guesses.delete(Math.min(...this.guesses.keys()))
    return guess
  }

  /** Of each arm, drawn towards what all have in common. */
  private means(): number[] {
    const { n, x } = this.pooled
    const mean = this.isRate ? (x + 0.5) / (n + 10) : n > 0 ? x / n : 0
    const k = this.isRate ? GUESS_REWARDS / mean : GUESS_DECISIONS
    return this.arms.map((arm) => (arm.x + k * mean) / (arm.n + k))
  }

  /** What each arm's decisions vary by. */
  private variances(): number[] {
    // A reward may come before its decision: then a mean may be above 1.
    if (this.isRate) return this.means().map((mean) => Math.max(mean * (1 - mean), 0))
    const { n, x, xx } = this.pooled
    return this.arms.map(() => (n > 0 ? Math.max(xx / n - (x / n) ** 2, 0) : 0))
  }

  private get pooled(): { n: number; x: number; xx: number } {
    const [n, x, xx] = (['n', 'x', 'xx'] as const).map((field) => this.arms.reduce((sum, arm) => sum + arm[field], 0))
    return { n: n!, x: x!, xx: xx! }
  }

  /**
   * The sum of a pair's scores, and its variance by now: the larger of what was to be expected and what was seen. By the
   * latter alone every third A/A test finds a winner, as rare scores are large and come late.
   */
  private pair(control: number, arm: number): { S: number; U: number; variance: number } {
    const [a, b] = [this.arms[control]!, this.arms[arm]!]
    const at = (i: number, j: number) => this.products[placeOf(i, j)]!
    const S = b.g - a.g
    const seen = Math.max(at(arm, arm) - 2 * at(arm, control) + at(control, control) - S ** 2 / this.count, 0)
    const variances = this.variances()
    return { S, U: Math.max(a.v * variances[control]! + b.v * variances[arm]!, seen), variance: seen / this.count }
  }

  /** A pair's variance after so many decisions, had all arms been served alike; 0 while none was rewarded. */
  private tuning(): number {
    return TUNED_TO * 2 * this.variances().reduce((sum, variance) => sum + variance, 0)
  }
}

/** In the lower half of a square, row by row. */
const placeOf = (i: number, j: number): number => (i < j ? placeOf(j, i) : (i * (i + 1)) / 2 + j)
