/** The worlds: what the engine is held to, each drawn anew for each run, with what it may lose in them. */
import type { Context } from '../../../worker/decide/context'
import type { Policy } from '../../../worker/decide/experiment'
import type { Chance } from './chance'
import { NOWHERE } from './learning'
import type { Place, World } from './world'

const times = <Item>(count: number, make: (i: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => make(i))
const one = () => 1
const nothing = () => 0

/** Rates around 5 %, that far apart. */
const rates = (chance: Chance, arms: number, sd: number) => times(arms, () => chance.lognormal(0.05, sd))

const everywhere = (of: readonly number[]): Place => ({ context: NOWHERE, rates: of, worth: of })

/** Rewards of one kind of visitor, at rates that stay. */
function steady(of: (chance: Chance) => number[]): World['truth'] {
  return (chance) => {
    const place = everywhere(of(chance))
    return { place: () => place, earned: one, spent: nothing }
  }
}

const FEW = { arms: 4, delay: 300, renewal: 200 }
const EXPERIMENT = { floor: 0.01, window: 2000 } as const

/** Orders whose values are that far apart, per what visitors cost. */
const orders =
  (sigma: number): World['truth'] =>
  (chance) => {
    const converts = rates(chance, FEW.arms, 0.2)
    const medians = converts.map(() => chance.lognormal(20, 0.2))
    const place = { context: NOWHERE, rates: converts, worth: converts.map((rate, arm) => rate * medians[arm]!) }
    return {
      place: () => place,
      earned: (arm) => chance.lognormal(medians[arm]!, sigma),
      spent: () => chance.lognormal(1, 0.5),
    }
  }

/** Rates that are all drawn anew, so many times. */
const changing =
  (changes: number): World['truth'] =>
  (chance) => {
    const era = D.decisions / (changes + 1)
    const places = times(changes + 1, () => everywhere(rates(chance, FEW.arms, 0.3)))
    return { place: (t) => places[Math.floor(t / era)]!, earned: one, spent: nothing }
  }

const VALUES = { country: 8, device: 3, browser: 4 } as const
/** How far a value moves all arms alike, which is no arm's merit. */
const MAIN = 0.5

/** Visitors of few common and many rare kinds; `interactions`: how far a value moves each arm by itself, by dimension. */
function contexts(interactions: readonly number[]): World['truth'] {
  return (chance) => {
    const base = rates(chance, FEW.arms, 0.25)
    const dimensions = Object.entries(VALUES).map(([name, count], d) => ({
      name,
      values: times(count, (v) => {
        const main = MAIN * chance.normal()
        return { value: `${name} ${v}`, effects: base.map(() => main + interactions[d]! * chance.normal()) }
      }),
    }))
    const places = dimensions.reduce<{ context: Context; logs: readonly number[] }[]>(
      (list, { name, values }) =>
        list.flatMap(({ context, logs }) =>
          values.map(({ value, effects }) => ({
            context: { ...context, [name]: value },
            logs: logs.map((log, arm) => log + effects[arm]!),
          })),
        ),
      [{ context: {}, logs: base.map(Math.log) }],
    )
    const known = places.map(({ context, logs }) => {
      const of = logs.map((log) => Math.min(Math.exp(log), 0.9))
      return { context, rates: of, worth: of }
    })
    const skewed = (count: number) => Math.floor(count * chance.next() ** 2)
    const visitor = () => Object.values(VALUES).reduce((at, count) => at * count + skewed(count), 0)
    return { place: () => known[visitor()]!, earned: one, spent: nothing }
  }
}

const C: Omit<World, 'truth'> = {
  ...FEW,
  decisions: 40_000,
  renewal: 1000,
  experiment: { ...EXPERIMENT, dimensions: Object.keys(VALUES) },
}

const D: Omit<World, 'truth'> = {
  ...FEW,
  decisions: 40_000,
  experiment: { ...EXPERIMENT, floor: 0.02, halfLife: 4000 },
}

export const worlds = {
  a: { ...FEW, decisions: 20_000, experiment: EXPERIMENT, truth: steady((chance) => rates(chance, FEW.arms, 0.25)) },
  'a-long': {
    ...FEW,
    decisions: 20_000,
    delay: 2500,
    experiment: { ...EXPERIMENT, window: 10_000 },
    truth: steady((chance) => rates(chance, FEW.arms, 0.25)),
  },
  b: { ...FEW, decisions: 40_000, experiment: { ...EXPERIMENT, kind: 'ratio' }, truth: orders(1.5) },
  /** Where few orders earn most of all. */
  'b heavy': { ...FEW, decisions: 40_000, experiment: { ...EXPERIMENT, kind: 'ratio' }, truth: orders(2.5) },
  'c strong': { ...C, truth: contexts([0.35, 0.15, 0.1]) },
  'c weak': { ...C, truth: contexts([0.175, 0.075, 0.05]) },
  'c none': { ...C, truth: contexts([0, 0, 0]) },
  d: { ...D, truth: changing(4) },
  'd calmer': { ...D, truth: changing(3) },
  e: {
    arms: 34,
    decisions: 200_000,
    delay: 300,
    renewal: 1000,
    experiment: EXPERIMENT,
    truth: steady((chance) => times(34, () => 0.0013 * (0.0046 / 0.0013) ** chance.next())),
  },
} satisfies Record<string, World>

export type WorldName = keyof typeof worlds

/** What may be lost: of all runs together, and by all but one in twenty. Worlds without a goal are shown. */
export interface Goal {
  mean: number
  p95?: number
}

/** The policies that are meant for a world, and what they may lose in it. */
export const meant: { [Name in WorldName]: Partial<Goal> & { policies: readonly Policy[] } } = {
  a: { mean: 0.18, p95: 0.45, policies: ['thompson'] },
  'a-long': { mean: 0.25, policies: ['thompson'] },
  b: { mean: 0.28, policies: ['thompson'] },
  'b heavy': { policies: ['thompson'] },
  'c strong': { mean: 0.24, policies: ['contextual'] },
  'c weak': { mean: 0.32, policies: ['contextual'] },
  'c none': { mean: 0.3, policies: ['contextual'] },
  d: { mean: 0.38, policies: ['thompson'] },
  'd calmer': { policies: ['thompson'] },
  e: { mean: 0.48, policies: ['thompson'] },
}
