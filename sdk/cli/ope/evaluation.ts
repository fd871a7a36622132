/** Tries policies on a log of decisions, a line after the other: nothing of it is kept but sums, so that it may be of any length. */
import { linesOf, textOf } from '../lines'
import { Stop } from '../stop'
import { type Decision, decisionIn } from './decision'
import type { Policy } from './policy'
import { type Judged, judged } from './judged'
import { type Per, Trial } from './trial'
import { Worth } from './worth'

export interface Evaluation {
  decision: string
  decisions: number
  /** Of the first and the last, unix milliseconds. */
  from: number
  to: number
  per: Per
  estimates: Judged[]
}

/** A hundred options and their names, generously. */
const MOST_BYTES = 1024 * 1024

export async function evaluate(
  source: AsyncIterable<Uint8Array>,
  policiesFor: (first: Decision) => readonly Policy[],
): Promise<Evaluation> {
  const worth = new Worth()
  let first: Decision | undefined
  let trials: readonly Trial[] = []
  let [decisions, from, to] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let per: Per = 'decision'
  for await (const { decision, place } of decisionsIn(source)) {
    if (!first) trials = policiesFor(decision).map((policy) => new Trial(policy, worth))
    first ??= decision
    checkAlike(first, decision, place)
    for (const trial of trials) trial.add(decision)
    worth.learn(decision.option, decision.x, decision.y)
    decisions += 1
    from = Math.min(from, decision.t)
    to = Math.max(to, decision.t)
    if (decision.y !== 1) per = 'y'
  }
  if (!first) throw new Stop('there is no decision in the log')
  return {
    decision: first.decision,
    decisions,
    from,
    to,
    per,
    estimates: trials.map((trial) => judged(trial.verdict(per))),
  }
}

async function* decisionsIn(source: AsyncIterable<Uint8Array>) {
  let place = 0
  for await (const bytes of linesOf(source, MOST_BYTES)) {
    place += 1
    const line = textOf(bytes, place)
    if (line) yield { decision: decisionIn(line, place), place }
  }
}

/** Two experiments, or two of one name, have nothing to do with each other. */
function checkAlike(first: Decision, { decision, propensities }: Decision, place: number): void {
  if (decision !== first.decision)
    throw new Stop(`line ${place} is of "${decision}", and those before it of "${first.decision}"`)
  const isAlike =
    propensities.size === first.propensities.size &&
    [...propensities.keys()].every((option) => first.propensities.has(option))
  if (!isAlike) throw new Stop(`line ${place} has other options than those before it: they are two experiments`)
}
