/** Regret: each world under each policy, beside what the engine may lose there. */
import type { Policy } from '../../../worker/decide/experiment'
import { type Case, column, errorOf, meanOf, type Sample, sumOf } from './case'
import type { Row } from './row'
import { played } from './world'
import { type Goal, meant, type WorldName, worlds } from './worlds'
import { quantile } from '../figure'

/** Runs of what a goal is set for; others are shown for comparison. */
const RUNS = 200
const SHOWN = 30

/** Other policies than those that are meant for it. */
const also: { [Name in WorldName]?: readonly Policy[] } = {
  a: ['split', 'contextual', 'hailwhale'],
  'a-long': ['contextual'],
  b: ['contextual', 'hailwhale'],
  'c strong': ['split', 'thompson', 'hailwhale'],
  'c weak': ['thompson', 'hailwhale'],
  'c none': ['thompson', 'hailwhale'],
  d: ['contextual', 'hailwhale'],
}

function caseOf(name: WorldName, policy: Policy): Case {
  const goal: Partial<Goal> = meant[name].policies.includes(policy) ? meant[name] : {}
  return {
    runs: goal.mean === undefined ? SHOWN : RUNS,
    batch: name === 'e' ? 2 : 5,
    run(chance) {
      const { regret, uniform } = played(worlds[name], policy, chance)
      return [regret, uniform]
    },
    rows: (samples) => rowsOf(`${name}, ${policy}`, samples, goal),
  }
}

/**
 * Regrets of all runs over those of serving alike. A run whose arms hardly differ has nothing to lose, and its own ratio
 * says little: their mean is stated, but held to nothing.
 */
function rowsOf(what: string, samples: readonly Sample[], goal: Partial<Goal>): Row[] {
  const [regrets, uniforms] = [column(samples, 0), column(samples, 1)]
  const runs = samples.length
  const uniform = meanOf(uniforms)
  const value = sumOf(regrets) / sumOf(uniforms)
  const error = errorOf(regrets.map((regret, i) => (regret - value * uniforms[i]!) / uniform))
  const own = regrets.map((regret, i) => regret / uniforms[i]!)
  return [
    {
      what,
      runs,
      value,
      error,
      note: `of the runs’ own ratios the mean is ${meanOf(own).toFixed(3)} ± ${errorOf(own).toFixed(3)}`,
      ...(goal.mean !== undefined && { most: goal.mean }),
    },
    {
      what: `${what}, 19 runs in 20 stay below`,
      runs,
      value: quantile(regrets, 0.95) / uniform,
      ...(goal.p95 !== undefined && { most: goal.p95 }),
    },
  ]
}

const NAMES = Object.keys(worlds) as WorldName[] // Its own keys, which TypeScript calls strings.

export const regretCases: Record<string, Case> = Object.fromEntries(
  NAMES.flatMap((name) =>
    [...meant[name].policies, ...(also[name] ?? [])].map((policy) => [`${name}, ${policy}`, caseOf(name, policy)]),
  ),
)
