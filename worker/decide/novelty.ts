/** What is new pleases, or confuses: whether an arm did otherwise in its first days than it does since. */
import { meanOfArm } from './difference'
import { type Kind, less, type Moments } from './moments'
import { FEW } from './warning'

interface Seen {
  seen: readonly Moments[]
  /** Of that, the first days. */
  early: readonly Moments[]
  /** Index of the arm that others are compared with. */
  control: number
}

/** How far an arm's difference to the control was another in the first days than it is since: the farthest, in standard errors. */
export function noveltyOf(kind: Kind, { seen, early, control }: Seen): number {
  const [then, since] = [early, less(seen, early)].map((arms) => arms.map((moments) => meanOfArm(kind, moments)))
  const zs = seen.map((_, arm) => {
    const means = [then![arm]!, then![control]!, since![arm]!, since![control]!] as const
    const variance = means.reduce((sum, mean) => sum + mean.variance, 0)
    if (variance <= 0 || means.some(({ n }) => n < FEW.trials)) return 0
    return (means[0].mean - means[1].mean - (means[2].mean - means[3].mean)) / Math.sqrt(variance)
  })
  return zs.reduce((most, z) => (Math.abs(z) > Math.abs(most) ? z : most), 0)
}
