/** What is told of decisions, as the two numbers that an experiment goes by: what was earned, and what it cost. */
import { type Definition, PER_DECISION } from './definition'
import type { Worth } from './moments'

type Going = Pick<Definition, 'kind' | 'num' | 'den' | 'by'>
type Metrics = Readonly<Record<string, number | undefined>>

/** A metric may be called as what every object has. */
const valueOf = (metrics: Metrics, name: string): number => (Object.hasOwn(metrics, name) ? (metrics[name] ?? 0) : 0)

/** Of a reward. A rate's x is 1 or 0; where each decision costs one of `hits`, none costs more. */
export function worthOf({ kind, num, den, by }: Going, metrics: Metrics, goal?: string): Worth {
  const counts = by === undefined || by === goal
  const earned = valueOf(metrics, num)
  const isReached = goal !== undefined || earned > 0
  return {
    x: !counts ? 0 : kind === 'ratio' ? earned : isReached ? 1 : 0,
    y: den === PER_DECISION ? 0 : valueOf(metrics, den),
  }
}

/** How many of the rewards it is that the experiment goes by: 1 or 0; 1 where nobody can say. */
export const rewardsOf = (going: Going | undefined, { metrics, goal }: { metrics: Metrics; goal?: string }): number =>
  Number(!going || worthOf(going, metrics, goal).x !== 0)

/** Of an outcome: of so many decisions (`hits`, else one) all of it. */
export function sumOf({ kind, num, den }: Going, metrics: Metrics): Worth & { n: number } {
  const n = metrics[PER_DECISION] ?? 1
  const earned = valueOf(metrics, num)
  const x = kind === 'ratio' ? earned : n > 1 ? Math.min(Math.max(earned, 0), n) : earned > 0 ? 1 : 0
  return { n, x, y: den === PER_DECISION ? n : valueOf(metrics, den) }
}
