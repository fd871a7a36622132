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

/** `policiesFor` the options and dimensions that the first decision has. */
export async function evaluate(
  source: AsyncIterable<Uint8Array>,
  policiesFor: (first: Decision) => readonly Policy[],
): Promise<Evaluation> {
  let trials: Trials | undefined
  for await (const { decision, place } of decisionsIn(source)) {
    trials ??= new Trials(decision, policiesFor(decision))
    trials.add(decision, place)
  }
  if (!trials) throw new Stop('there is no decision in the log')
  return trials.evaluation
}

async function* decisionsIn(source: AsyncIterable<Uint8Array>) {
  let place = 0
  for await (const bytes of linesOf(source, MOST_BYTES)) {
    place += 1
    const line = textOf(bytes, place)
    if (line) yield { decision: decisionIn(line, place), place }
  }
}

/** All policies on all decisions of one experiment. */
class Trials {
  private readonly first: Decision
  private readonly policies: readonly Policy[]
  private readonly trials: readonly Trial[]
  private readonly worth = new Worth()
  private readonly dimensions = new Set<string>()
  private decisions = 0
  private from = Number.POSITIVE_INFINITY
  private to = Number.NEGATIVE_INFINITY
  private per: Per = 'decision'

  constructor(first: Decision, policies: readonly Policy[]) {
    this.first = first
    this.policies = policies
    this.trials = policies.map((policy) => new Trial(policy, this.worth))
  }

  add(decision: Decision, place: number): void {
    const { t, option, context, x, y } = decision
    this.check(decision, place)
    for (const trial of this.trials) trial.add(decision)
    // Only now: a guess may know nothing of its own decision.
    this.worth.learn(option, x, y)
    for (const name of context.keys()) this.dimensions.add(name)
    this.decisions += 1
    this.from = Math.min(this.from, t)
    this.to = Math.max(this.to, t)
    if (y !== 1) this.per = 'y'
  }

  get evaluation(): Evaluation {
    const { first, policies, trials, dimensions, decisions, from, to, per } = this
    const blind = policies.find(({ by }) => by !== undefined && !dimensions.has(by))
    if (blind) {
      const known = [...dimensions].join(', ') || 'none'
      throw new Stop(`${blind.name}: decisions know no dimension "${blind.by}", but ${known}`)
    }
    const estimates = trials.map((trial) => judged(trial.verdict(per)))
    return { decision: first.decision, decisions, from, to, per, estimates }
  }

  /** Two experiments, or two of one name, have nothing to do with each other. */
  private check({ decision, propensities }: Decision, place: number): void {
    const { first } = this
    if (decision !== first.decision)
      throw new Stop(`line ${place} is of "${decision}", and those before it of "${first.decision}"`)
    const isAlike =
      propensities.size === first.propensities.size &&
      [...propensities.keys()].every((option) => first.propensities.has(option))
    if (!isAlike) throw new Stop(`line ${place} has other options than those before it: they are two experiments`)
  }
}
