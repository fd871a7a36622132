/** Where an experiment stands: its results, and with which probabilities its options are served now. */
import type { Context } from '../decide/context'
import type { Definition } from '../decide/definition'
import type { Model } from '../decide/model'
import { probabilities } from '../decide/policy'
import { results } from '../decide/results'
import type { Standing } from './board'
import { looksAt } from './looks'
import type { Ahead } from './weighing'

interface Known {
  definition: Definition
  ahead: Ahead
  model: Model
  /** The looks that were taken so far, as they are kept. */
  looks: Uint8Array | undefined
  now: number
}

/** `control` is the index of the option that others are compared with. */
export function standingOf({ definition, ahead, model, looks, now }: Known, control: number): Standing {
  const { learner } = ahead
  const before = looksAt(control, definition.arms.length, looks)
  const { late, duplicates, unattributed, refused } = learner.state.counted
  const most = mostSeen(model)
  const contexts = Object.keys(most).length ? [{}, most] : [{}]
  return {
    definition,
    results: results({ learner, now, control, before }),
    weights: contexts.map((context) => ({ context, probabilities: served(definition, model, context) })),
    counted: { late, duplicates, unattributed, refused },
  }
}

function served(definition: Definition, model: Model, context: Context): number[] {
  const { status, winner, arms } = definition
  if (status === 'running') return probabilities(model, context)
  const only =
    status === 'paused'
      ? 0
      : Math.max(
          arms.findIndex(({ id }) => id === winner),
          0,
        )
  return arms.map((_, arm) => (arm === only ? 1 : 0))
}

/** Of each dimension the value that came most. */
function mostSeen({ experiment, state, read }: Model): Record<string, string> {
  const found = experiment.dimensions.flatMap((dimension) => {
    const counts = [...(state.values.get(dimension) ?? [])].map(
      ([value, node]) => [value, read(node).reduce((sum, { n }) => sum + n, 0)] as const,
    )
    const [first, ...others] = counts
    if (!first) return []
    return [[dimension, others.reduce((most, each) => (each[1] > most[1] ? each : most), first)[0]] as const]
  })
  return Object.fromEntries(found)
}
