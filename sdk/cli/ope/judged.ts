/** Whether a verdict may be told: where it would be luck, nothing is estimated, and why is said instead. */
import type { Verdict } from './trial'

export interface Judged extends Omit<Verdict, 'far' | 'impossible'> {
  /** Why nothing is estimated. */
  refused: string | null
  /** Why what is estimated may be wrong. */
  doubt: string | null
}

/** An effective sample below it is luck. */
export const LEAST_ESS = 100
/** Standard errors: by chance a mean weight is so far from 1 once in thousands of logs. */
const FAR = 4

export function judged(verdict: Verdict): Judged {
  const { far: _, impossible: __, ...told } = verdict
  const refused = refusalOf(verdict)
  if (refused !== null) return { ...told, ips: null, snips: null, dr: null, refused, doubt: null }
  return { ...told, refused, doubt: doubtOf(verdict) }
}

const number = new Intl.NumberFormat('en')

function refusalOf({ policy, ess, impossible, snips }: Verdict): string | null {
  if (impossible)
    return `${policy}: in ${number.format(impossible)} decisions it would show what had no chance of being shown, so nobody knows what comes of it`
  if (ess < LEAST_ESS)
    return `${policy}: these decisions are worth ${Math.floor(ess * 10) / 10} of its own, and below ${LEAST_ESS} an estimate is luck. Gather more, or try what is closer to the policy that ran`
  if (!snips) return `${policy}: nothing was spent, so there is nothing to divide by`
  return null
}

const doubtOf = ({ policy, weight, far }: Verdict): string | null =>
  far > FAR
    ? `${policy}: its mean weight is ${weight.toFixed(3)}, and not about 1: the propensities are not those that options were drawn by, or decisions are missing`
    : null
