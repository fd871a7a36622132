/**
 * The trial of a policy on decisions that another one made, each of which counts as often as the policy would have made it
 * more often: w = its share / the propensity.
 *
 *   IPS    mean of w x                                (D. Horvitz and D. Thompson, 1952)
 *   SNIPS  sum of w x / sum of w                      (A. Swaminathan and T. Joachims, 2015)
 *   DR     mean of sum of shares · q + w (x - q)      (M. Dudík, J. Langford and L. Li, 2011)
 *   ess    (sum of w)² / sum of w²                    (A. Kong, 1992)
 *
 * q is guessed from earlier decisions alone. Of a ratio, x and y are both estimated so, and divided; IPS and SNIPS are one then.
 */
import type { Decision } from './decision'
import type { Policy } from './policy'
import { type Estimate, Quotient } from './quotient'
import type { Worth } from './worth'

export interface Verdict {
  policy: string
  /** How many decisions of its own they are worth. */
  ess: number
  /** Mean of the weights, which is about 1. */
  weight: number
  /** How far that is off, in standard errors. */
  far: number
  /** Decisions in which it would have shown what could not be shown. */
  impossible: number
  ips: Estimate | null
  snips: Estimate | null
  dr: Estimate | null
}

/** Of decisions, or of what was spent. */
export type Per = 'decision' | 'y'

const QUOTIENTS = ['weight', 'ips', 'snips', 'dr', 'ratio', 'ratioDr'] as const

export class Trial {
  private readonly policy: Policy
  private readonly worth: Worth
  private readonly sums = Object.fromEntries(QUOTIENTS.map((name) => [name, new Quotient()])) as Record<
    (typeof QUOTIENTS)[number],
    Quotient
  > // of the very names
  private w = 0
  private ww = 0
  private impossible = 0

  constructor(policy: Policy, worth: Worth) {
    this.policy = policy
    this.worth = worth
  }

  add(decision: Decision): void {
    const { option, propensities, propensity, x, y } = decision
    const shares = this.policy.shares(decision)
    const w = (shares.get(option) ?? 0) / propensity
    const own = this.worth.guess(option)
    const dr = { x: w * (x - own.x), y: w * (y - own.y) }
    let isPossible = true
    for (const [each, share] of shares) {
      if (!share) continue
      if (!propensities.get(each)) isPossible = false
      const guess = this.worth.guess(each)
      dr.x += share * guess.x
      dr.y += share * guess.y
    }
    if (!isPossible) this.impossible += 1
    this.w += w
    this.ww += w * w
    const { sums } = this
    sums.weight.add(w, 1)
    sums.ips.add(w * x, 1)
    sums.snips.add(w * x, w)
    sums.dr.add(dr.x, 1)
    sums.ratio.add(w * x, w * y)
    sums.ratioDr.add(dr.x, dr.y)
  }

  verdict(per: Per): Verdict {
    const { policy, sums, w, ww, impossible } = this
    const { weight } = sums
    const { ips, snips, dr } = per === 'decision' ? sums : { ips: sums.ratio, snips: sums.ratio, dr: sums.ratioDr }
    return {
      policy: policy.name,
      // Of weights that were rounded, a hundred alike are a hundred.
      ess: ww > 0 ? Number((w ** 2 / ww).toPrecision(12)) : 0,
      weight: weight.value,
      far: Math.abs(weight.value - 1) / weight.error || 0,
      impossible,
      ips: ips.estimate,
      snips: snips.estimate,
      dr: dr.estimate,
    }
  }
}
