/**
 * What is told of a decision in vain: its experiment is gone, paused or over, has no such option, or the reward comes too
 * late. The Whale judges the same when it learns, and last; what is known here already is not counted first.
 */
import type { Note } from '../../sdk/wire/note'
import { type Definition, wasRunning } from '../decide/definition'
import { SKEW } from '../ingest/clock'
import type { Definitions } from './boards'

/** Why, in words that follow the field's name. */
export interface Unfit {
  field: string
  why: string
  /** There is no such thing. */
  isUnknown?: true
}

/** Ids that browsers make tell whole seconds. */
const SECOND = 1_000

/** Unix milliseconds. */
interface Moment {
  now: number
  when?: number
}

type Decided = Extract<Note, { kind: 'exposure' | 'reward' }>

/**
 * Undefined where nothing is known that speaks against it: also where nobody could say which experiments there are. `when` is
 * when it was said, which of a browser without a network may be days ago.
 */
export function vainOf(
  note: Decided,
  experiments: Definitions | undefined,
  { now, when = now }: Moment,
): Unfit | undefined {
  const { decision, option, number, at } = note
  // Clocks differ; and what is to be decided yet has not been.
  if (at - now > SKEW) return { field: 'id', why: 'is of a decision that lies ahead' }
  if (!experiments) return undefined
  const definition = experiments.get(decision)
  if (!definition) return unknown(decision)
  if (number !== undefined && number !== definition.number)
    return { field: 'id', why: 'is of an experiment of that name that was deleted' }
  // Only a split is known to who decides by himself.
  if (number === undefined && (definition.policy !== 'split' || at < definition.created - SECOND))
    return { field: 'id', why: 'is none that this experiment gave' }
  if (!isOption(definition, option)) return { field: 'option', why: optionsOf(definition) }
  if (!wasRunning(definition, at)) return stopped(definition)
  if (note.kind === 'reward' && when - at > definition.window)
    return { field: 'id', why: `is of a decision more than ${definition.window / SECOND} seconds ago, its window` }
  return undefined
}

export const unknown = (decision: string): Unfit => ({
  field: 'decision',
  why: `is unknown: there is no experiment "${decision}"; make it by /experiments, or name its options`,
  isUnknown: true,
})

export const stopped = ({ status }: Pick<Definition, 'status'>): Unfit => ({ field: 'decision', why: `is ${status}` })

export const isOption = ({ arms }: Pick<Definition, 'arms'>, option: string): boolean =>
  arms.some(({ id }) => id === option)

export const optionsOf = ({ arms }: Pick<Definition, 'arms'>): string =>
  `must be one of ${JSON.stringify(arms.map(({ id }) => id)).slice(0, 1_000)}`

export const isVain = (note: Note, experiments: Definitions | undefined, moment: Moment): boolean =>
  (note.kind === 'exposure' || note.kind === 'reward') && vainOf(note, experiments, moment) !== undefined
