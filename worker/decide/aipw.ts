/**
 * What arms are worth where a policy served them unevenly: augmented inverse propensity weighting (J. Robins et al., 1994).
 * Each decision gives every arm a score whose mean is the arm's, whoever was served, as the propensity is known:
 *
 *      g_k = m_k + 1{k served} (y - m_k) / p_k
 *
 * m_k is a guess made before y is seen. So sums of scores are martingales, and have bounds that hold at every look. Only
 * these sums depend on the order of the log. Any arm may be the control: sums of products tell the variance of each pair.
 * Its record: decisions, what bounds are tuned to (0 while that is open), of each arm n, x, xx, Σg, Σσ²/p, Σ1/p, Σ1/p²,
 * then Σ g_i g_j of all arms, row by row.
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

interface Sums {
  n: number
  x: number
  xx: number
  g: number
  /** What the scores vary by, as was to be expected. */
  v: number
  /** 1 / p of its own decisions, and their squares. */
  w: number
  ww: number
}

const FIELDS = ['n', 'x', 'xx', 'g', 'v', 'w', 'ww'] as const

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
  private readonly arms: Sums[]
  private readonly products: Float64Array

  constructor(arms: number, isRate: boolean) {
    this.isRate = isRate
    this.arms = Array.from({ length: arms }, () => ({ n: 0, x: 0, xx: 0, g: 0, v: 0, w: 0, ww: 0 }))
    this.products = new Float64Array(arms ** 2)
  }

  /** Every arm's propensity, the served one's too. Answers the scores, which a later reward must bring back. */
  decide(arm: number, propensities: readonly number[]): number[] {
    const guesses = this.guesses()
    const scores = guesses.map(({ mean }, k) => (k === arm ? mean - mean / propensities[k]! : mean))
    this.count += 1
    if (this.tunedTo === 0 && this.count >= SETTLED * this.arms.length) this.tunedTo = this.tuning(guesses)
    const served = this.arms[arm]!
    served.n += 1
    served.w += 1 / propensities[arm]!
    served.ww += 1 / propensities[arm]! ** 2
    this.arms.forEach((sums, k) => {
      sums.g += scores[k]!
      sums.v += guesses[k]!.variance / propensities[k]!
      for (let j = 0; j < scores.length; j++) this.products[k * scores.length + j]! += scores[k]! * scores[j]!
    })
    return scores
  }

  /** What a decision earned, beyond what it had `before`. Answers its scores as they are now. */
  reward(arm: number, decision: { propensity: number; scores: readonly number[] }, more: number, before = 0): number[] {
    const { propensity, scores } = decision
    const sums = this.arms[arm]!
    sums.x += more
    sums.xx += (before + more) ** 2 - before ** 2
    const change = more / propensity
    sums.g += change
    const size = scores.length
    for (let j = 0; j < size; j++) {
      const product = change * scores[j]! + (j === arm ? change * (scores[j]! + change) : 0)
      this.products[arm * size + j]! += product
      if (j !== arm) this.products[j * size + arm]! += product
    }
    return scores.map((score, k) => (k === arm ? score + change : score))
  }

  /** How many even decisions an arm's uneven ones are worth (L. Kish, 1965). */
  effective(arm: number): number {
    const { w, ww } = this.arms[arm]!
    return ww > 0 ? w ** 2 / ww : 0
  }

  /** Undefined until it is settled what its bounds are tuned to. */
  compare(control: number, arm: number, alpha = 0.05): Estimate | undefined {
    if (this.tunedTo === 0) return undefined
    const { S, U, variance } = this.pair(control, arm)
    const difference = S / this.count
    const half = normalOf(alpha) * Math.sqrt(variance / this.count)
    const bound = mixtureBound(U, mixtureOf(this.tunedTo, alpha), alpha) / this.count
    return {
      difference,
      interval: [difference - half, difference + half],
      always: [difference - bound, difference + bound],
    }
  }

  /**
   * The sum of a pair's scores, and its variance by now: the larger of what was expected and what was seen. By the latter
   * alone every third A/A test finds a winner, as rare scores are large and come late.
   */
  private pair(control: number, arm: number): { S: number; U: number; variance: number } {
    const [a, b] = [this.arms[control]!, this.arms[arm]!]
    const size = this.arms.length
    const at = (i: number, j: number) => this.products[i * size + j]!
    const S = b.g - a.g
    const seen = Math.max(at(arm, arm) - 2 * at(arm, control) + at(control, control) - S ** 2 / this.count, 0)
    return { S, U: Math.max(a.v + b.v, seen), variance: seen / this.count }
  }

  /** Of each arm, by what came before. */
  private guesses(): { mean: number; variance: number }[] {
    const [n, x, xx] = (['n', 'x', 'xx'] as const).map((field) =>
      this.arms.reduce((sum, arm) => sum + arm[field], 0),
    ) as [number, number, number]
    const pooled = this.isRate ? (x + 0.5) / (n + 10) : n > 0 ? x / n : 0
    const k = this.isRate ? GUESS_REWARDS / pooled : GUESS_DECISIONS
    const common = n > 0 ? Math.max(xx / n - pooled ** 2, 0) : 0
    return this.arms.map((arm) => {
      const mean = (arm.x + k * pooled) / (arm.n + k)
      return { mean, variance: this.isRate ? mean * (1 - mean) : common }
    })
  }

  /** A pair's variance after so many decisions, had all arms been served alike; 0 while none was rewarded. */
  private tuning(guesses: readonly { variance: number }[]): number {
    const [size, sum] = [guesses.length, guesses.reduce((all, { variance }) => all + variance, 0)]
    return TUNED_TO * 2 * size * (sum / size)
  }

  encode(): Uint8Array {
    const arms = this.arms.flatMap((sums) => FIELDS.map((field) => sums[field]))
    return encode(VERSION, [this.count, this.tunedTo, ...arms, ...this.products])
  }

  /** Takes what is kept into one that is empty. */
  decode(bytes: Uint8Array): this {
    const [count = 0, tunedTo = 0, ...numbers] = decode(bytes, VERSION)
    this.count = count
    this.tunedTo = tunedTo
    const read = numbers.values()
    for (const sums of this.arms) for (const field of FIELDS) sums[field] = read.next().value ?? 0
    this.products.set([...read])
    return this
  }
}
