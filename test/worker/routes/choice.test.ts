/** Which option one gets, drawn inside workerd; of a split, against what Node and browsers draw (test/sdk/wire/split, test/browser/decided). */
import { expect, test } from 'vitest'
import { sha1 } from '../../../sdk/wire/sha1'
import { DEFAULTS } from '../../../worker/decide/experiment'
import type { Definition } from '../../../worker/decide/definition'
import { anyOf, chosen } from '../../../worker/routes/choice'
import { ARMS, KEYS } from '../../arms'

const NOW = Date.UTC(2026, 10, 20, 12)
const DAY = 86_400_000
const UNITS = Array.from({ length: 10_000 }, (_, i) => `user-${i}`)

const definition = (changes: Partial<Definition> = {}, weights = [1, 2, 0.5]): Definition => ({
  ...DEFAULTS,
  key: 'button',
  arms: weights.map((weight, i) => ({ id: `option ${i}`, weight })),
  number: 1,
  num: 'reward',
  den: 'hits',
  status: 'running',
  isHidden: false,
  hash: 'murmur',
  sticky: DAY,
  created: NOW,
  ...changes,
})

const optionsFor = (experiment: Definition, now = NOW, probabilities?: number[]) =>
  UNITS.map((unit) => {
    const weights = probabilities && { probabilities, version: 1 }
    return chosen(experiment, weights, unit, now).option
  })

test.each(ARMS)('a Worker gives 10,000 keys the arms that everybody gives, by $hash', ({ hash, weights, digest }) => {
  const arms = weights.map((weight, i) => ({ id: String(i), weight }))
  const experiment = definition({ key: 'Page', arms, hash })
  for (const now of [NOW, NOW + 40 * DAY]) {
    const drawn = KEYS.map((key) => chosen(experiment, undefined, key, now).option)
    expect(sha1(new TextEncoder().encode(drawn.join('')))).toBe(digest)
  }
})

test('of a policy is the same all day, and drawn anew the next', () => {
  const learning = definition({ policy: 'contextual' })
  const today = optionsFor(learning, NOW, [0.5, 0.3, 0.2])
  expect(optionsFor(learning, NOW + DAY / 2 - 1, [0.5, 0.3, 0.2])).toEqual(today)
  const tomorrow = optionsFor(learning, NOW + DAY, [0.5, 0.3, 0.2])
  const same = tomorrow.filter((option, i) => option === today[i]).length
  expect(same / UNITS.length).toBeGreaterThan(0.3)
  expect(same / UNITS.length).toBeLessThan(0.5)
})

test('tells the probability it was drawn with, also of those who are held out', () => {
  const learning = definition({ policy: 'thompson', holdout: 0.2 })
  const seen = UNITS.map((unit) => chosen(learning, { probabilities: [0.9, 0.08, 0.02], version: 1 }, unit, NOW))
  const heldOut = seen.filter(({ drawn }) => drawn!.isHoldout)
  expect(heldOut.length / UNITS.length).toBeCloseTo(0.2, 1)
  expect(new Set(heldOut.map(({ propensity }) => propensity))).toEqual(new Set([1 / 3]))
  for (const { option, propensity, drawn } of seen) {
    expect(option).toBe(`option ${drawn!.arm}`)
    expect(propensity).toBe(drawn!.propensities[drawn!.arm])
  }
})

test('gives an option that weighs nothing its part of the floor, where nothing was learnt', () => {
  const { drawn } = chosen(definition({ policy: 'contextual', floor: 0.3 }, [1, 0, 0]), undefined, 'a', NOW)
  expect(drawn!.isHoldout || Math.min(...drawn!.propensities)).toBeCloseTo(0.1, 12)
})

test.each([
  ['paused', undefined, 'option 0'],
  ['finished', 'option 2', 'option 2'],
  ['finished', undefined, 'option 0'],
] as const)('of what is %s with winner %s is %s, for certain and learnt from by nobody', (status, winner, option) => {
  const over = definition({ policy: 'contextual', status, ...(winner && { winner }) })
  expect(chosen(over, undefined, 'a', NOW)).toEqual({ option, propensity: 1, policy: 'contextual' })
})

test('of no experiment is any, by whom it is for', () => {
  const options = ['a', 'b', 'c']
  const seen = UNITS.map((unit) => anyOf('new', options, unit))
  expect(seen[7]).toEqual(anyOf('new', options, UNITS[7]!))
  for (const each of options) {
    const share = seen.filter(({ option }) => option === each).length / seen.length
    expect(share).toBeCloseTo(1 / 3, 1)
  }
})
