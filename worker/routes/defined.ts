/** An experiment as requests spell it and as the house has it: durations in seconds here and milliseconds there. */
import { typeOfDecision } from '../../sdk/wire/word'
import type { Ratio, Wish } from '../asked/experiment'
import { type Definition, PER_DECISION } from '../decide/definition'
import { DEFAULTS } from '../decide/experiment'
import type { Beginning } from '../whale/board'
import { Problem } from './problem'

const SECOND = 1_000
/** What is nowhere said to learn is asked for by whoever wants it to. */
const POLICY = 'contextual'
/** A browser meets the same option for as long as most come back. */
const STICKY = 30 * 86_400 * SECOND
const REWARDED: Ratio = { num: 'reward', den: PER_DECISION }

export interface Wished extends Wish {
  decision: string
  options: readonly string[]
}

/** The experiment that is wished for; a 400 where its parts do not fit together. */
export function definedBy(wished: Wished): Beginning {
  const { decision, options, weights, by, hash, conversion } = wished
  const policy = wished.policy ?? POLICY
  const { num, den } = by ?? REWARDED
  const kind = wished.kind ?? (by ? 'ratio' : 'rate')
  const made: Beginning = {
    key: decision,
    arms: options.map((id, i) => ({ id, weight: weights?.[i] ?? 1 })),
    policy,
    kind,
    num,
    den,
    goal: wished.goal === 'less' ? -1 : 1,
    aim: wished.aim ?? DEFAULTS.aim,
    dimensions: [...new Set(wished.dimensions ?? DEFAULTS.dimensions)],
    personalise: wished.personalise ?? DEFAULTS.personalise,
    floor: wished.floor ?? DEFAULTS.floor,
    temper: wished.temper ?? DEFAULTS.temper,
    halfLife: milliseconds(wished.half_life) ?? DEFAULTS.halfLife,
    window: milliseconds(wished.window) ?? DEFAULTS.window,
    warm: wished.warm ?? DEFAULTS.warm,
    cap: wished.cap ?? DEFAULTS.cap,
    holdout: wished.holdout ?? DEFAULTS.holdout,
    ...(conversion && { by: conversion }),
    status: 'running',
    isHidden: false,
    hash: hash ?? 'murmur',
    sticky: milliseconds(wished.sticky) ?? STICKY,
  }
  checkWeights(weights, made)
  checkTypes(decision, options)
  if (policy !== 'split' && made.floor === 0)
    throw member('floor', `must be above 0 where the policy is ${policy}: what can't be served can't be compared`)
  if (kind === 'rate' && den !== PER_DECISION) throw member('kind', `of ${num}/${den} is ratio`)
  if (made.hash === 'alephbet' && policy !== 'split')
    throw member('hash', 'alephbet is a split: say "policy": "split" too')
  return made
}

/** An option's events have a type of their own, and as words of a type some names are one. */
function checkTypes(decision: string, options: readonly string[]): void {
  const types = options.map((option) => typeOfDecision(decision, option))
  const twin = types.findIndex((type, i) => types.indexOf(type) < i)
  if (twin < 0) return
  const first = options[types.indexOf(types[twin]!)]
  throw member('options', `"${options[twin]}" would be counted as ${types[twin]}, as "${first}" is`)
}

/** Of a split that AlephBet's arithmetic walks, weights are whole. */
export function checkWeights(
  weights: readonly number[] | null | undefined,
  { arms, hash }: Pick<Definition, 'arms' | 'hash'>,
): void {
  if (!weights) return
  if (weights.length !== arms.length)
    throw member('weights', `must be ${arms.length} numbers, one for each option, and are ${weights.length}`)
  if (hash === 'alephbet' && !weights.every(Number.isInteger))
    throw member('weights', 'must be whole numbers where hash is alephbet')
}

/** What is the Whale's to say, or may be changed of one under way. */
const LATER: ReadonlySet<string> = new Set<keyof Definition>([
  'number',
  'created',
  'status',
  'winner',
  'isHidden',
  'reweighted',
  'first',
  'stopped',
])

/** Whether it is the same that is wished for once more, whatever became of it meanwhile. */
export function isSame(definition: Definition, wished: Beginning): boolean {
  const arms = definition.reweighted === undefined ? wished.arms : definition.arms
  const namesOf = ({ arms }: Pick<Definition, 'arms'>) => JSON.stringify(arms.map(({ id }) => id))
  return namesOf(definition) === namesOf(wished) && textOf(definition) === textOf({ ...wished, arms })
}

/** As it is told. */
export function shown(definition: Definition) {
  const { key, arms, num, den, temper, halfLife, window, sticky, status, winner, goal } = definition
  const { policy, kind, aim, dimensions, personalise, floor, warm, cap, holdout, hash } = definition
  return {
    decision: key,
    options: arms.map(({ id }) => id),
    weights: arms.map(({ weight }) => weight),
    policy,
    by: `${num}/${den}`,
    num,
    den,
    kind,
    goal: goal === 1 ? 'more' : 'less',
    aim,
    dimensions,
    personalise,
    floor,
    temper: temper ?? null,
    half_life: halfLife === null ? null : halfLife / SECOND,
    window: window / SECOND,
    sticky: sticky / SECOND,
    warm,
    cap,
    holdout,
    hash,
    conversion: definition.by ?? null,
    status,
    winner: (status === 'finished' && winner) || null,
    hidden: definition.isHidden,
    created: definition.created,
  }
}

const milliseconds = (seconds: number | null | undefined): number | undefined =>
  typeof seconds === 'number' ? Math.round(seconds * SECOND) : undefined

/** What crossed to an object and back has its members in another order, and none that is undefined. */
const textOf = (one: Beginning): string =>
  JSON.stringify(
    Object.entries(one)
      .filter(([name, value]) => !LATER.has(name) && value !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )

const member = (field: string, what: string): Problem => new Problem(400, `${field} ${what}`, field)
