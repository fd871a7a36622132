import { expect, test } from 'vitest'
import { Model } from '../../../worker/decide/model'
import { decided } from '../../../worker/decide/moments'
import { meanOf } from '../../../worker/decide/posterior'
import { State } from '../../../worker/decide/state'
import { definitionOf } from './definition'

const HOUR = 3_600_000

/** The mean of the second arm as it is believed after so many hours, in each of which both are shown a hundred times. */
function believed(rewardsOf: (hour: number) => number, hours: number, more: object = {}): number {
  const definition = definitionOf({ policy: 'thompson', halfLife: 24 * HOUR, window: HOUR, dimensions: [], ...more })
  const state = new State(definition)
  for (let hour = 0; hour < hours; hour++) {
    for (const [arm, rewards] of [10, rewardsOf(hour)].entries()) {
      const place = { arm, at: hour * HOUR, context: {} }
      for (let i = 0; i < 100; i++) state.decide(place, decided())
      for (let i = 0; i < rewards; i++) state.reward(place, { more: 1, delay: 1 })
    }
  }
  return meanOf(new Model(definition, state, hours * HOUR).everywhere[1]!)
}

const turned = (hour: number) => (hour < 100 ? 10 : 4)

test('what turned is believed sooner than it fades', () => {
  const slow = believed(turned, 120, { policy: 'contextual' })
  expect(believed(turned, 120)).toBeLessThan((slow + 0.04) / 2)
})

test('what goes on as it was is believed by all its past', () => {
  const steady = (hour: number) => 10 + (hour % 3) - 1
  expect(believed(steady, 120)).toBe(believed(steady, 120, { policy: 'contextual' }))
})

test('nothing turns where nothing fades', () => {
  expect(believed(turned, 120, { halfLife: null })).toBe(
    believed(turned, 120, { halfLife: null, policy: 'contextual' }),
  )
})
