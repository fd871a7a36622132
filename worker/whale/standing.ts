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
  const contexts = contextsOf(model)
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

/** More are no overview any more, and each takes a contest of all arms. */
const MOST_VALUES = 24

/** Anybody; who has all the values that came most; and of each dimension the values that came most, each by itself. */
function contextsOf({ experiment, state, read }: Model): Record<string, string>[] {
  const { dimensions } = experiment
  const share = Math.floor(MOST_VALUES / Math.max(dimensions.length, 1))
  const seen = dimensions.flatMap((dimension) => {
    const counts = [...state.branches.along(dimension)].map(
      ([value, node]) => [value, read(node).reduce((sum, { n }) => sum + n, 0)] as const,
    )
    const values = counts.toSorted(([, a], [, b]) => b - a).slice(0, share)
    return values.length ? [values.map(([value]) => [dimension, value] as const)] : []
  })
  const most = seen.length > 1 ? [Object.fromEntries(seen.map(([first]) => first!))] : [] // None is empty.
  return [{}, ...most, ...seen.flat().map((entry) => Object.fromEntries([entry]))]
}
