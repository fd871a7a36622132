/** Pace: what a decision takes in the object, and results do, in this process: pure code, without storage. */
import { draw } from '../../../worker/decide/draw'
import { Model } from '../../../worker/decide/model'
import { probabilities } from '../../../worker/decide/policy'
import { results } from '../../../worker/decide/results'
import { quantile } from '../figure'
import { Chance } from './chance'
import { definitionOf, Learning } from './learning'
import type { Row } from './row'

const DIMENSIONS = { country: 40, device: 3, browser: 6 }
const LEARNT = 20_000
const TIMES = 300
const CACHED_TIMES = 20_000
const HOUR = 3_600_000

function learnt(arms: number): { learning: Learning; contexts: Record<string, string>[] } {
  const chance = new Chance('pace', arms)
  const learning = new Learning(definitionOf(arms, { policy: 'contextual', dimensions: Object.keys(DIMENSIONS) }), 1)
  const propensities = Array.from({ length: arms }, () => 1 / arms)
  const contexts = Array.from({ length: LEARNT }, () =>
    Object.fromEntries(
      Object.entries(DIMENSIONS).map(([name, values]) => [name, `${Math.floor(values * chance.next() ** 3)}`]),
    ),
  )
  for (const [at, context] of contexts.entries()) {
    const decision = { id: `${at}`, arm: at % arms, at, context, propensities }
    learning.decide(decision)
    if (chance.next() < 0.05) learning.reward(decision, 1, at + 1000)
  }
  return { learning, contexts }
}

/** Milliseconds of each of so many, the first tenth left out: then the machine's compiler is still at it. */
function timed(times: number, call: (i: number) => void): number[] {
  const all = Array.from({ length: times }, (_, i) => {
    const began = performance.now()
    call(i)
    return performance.now() - began
  })
  return all.slice(times / 10)
}

const micro = (times: readonly number[], share: number) => 1000 * quantile(times, share)

function ofArms(arms: number): Row[] {
  const { learning, contexts } = learnt(arms)
  const { definition, state } = learning.learner
  const key = (i: number) => ({ unit: `u${i}`, version: 1 })
  const model = new Model(definition, state, HOUR)
  const made = timed(TIMES, () => new Model(definition, state, HOUR).factors(contexts[0]!))
  const fresh = timed(TIMES, (i) => draw(definition, probabilities(model, contexts[i]!), key(i)))
  const weights = probabilities(model, contexts[0]!)
  const cached = timed(CACHED_TIMES, (i) => draw(definition, weights, key(i)))
  const isHeld = arms <= 10
  return [
    {
      what: `decide, ${arms} arms, weights known: p50`,
      value: micro(cached, 0.5),
      unit: 'µs',
      ...(isHeld && { most: 50 }),
    },
    {
      what: `decide, ${arms} arms, weights known: p99`,
      value: micro(cached, 0.99),
      unit: 'µs',
      ...(isHeld && { most: 100 }),
    },
    { what: `decide, ${arms} arms, a context’s weights anew: p50`, value: micro(fresh, 0.5), unit: 'µs' },
    {
      what: `decide, ${arms} arms, a context’s weights anew: p99`,
      value: micro(fresh, 0.99),
      unit: 'µs',
      ...(isHeld && { most: 1000 }),
    },
    {
      what: `decide, ${arms} arms, the model anew, once a second: p50`,
      value: micro(made, 0.5),
      unit: 'µs',
      note: `${state.branches.leaves.size} contexts`,
    },
  ]
}

export function measurePace(): Row[] {
  const { learning } = learnt(10)
  const shown = timed(40, () => results({ learner: learning.learner, now: HOUR, control: 0 }))
  return [
    ...[4, 10, 100].flatMap(ofArms),
    { what: 'results, 10 arms: p50', value: quantile(shown, 0.5), unit: 'ms', most: 20 },
  ]
}
