/**
 * A lesson: one note, put to the experiment that it is of. Names become numbers here: the option its index, the metrics what
 * was earned and what it cost, and what the event knew of its visitor the experiment's context.
 */
import type { Exposure, Outcome, Reward } from '../../sdk/wire/note'
import { type Context, contextOf, valuesOf } from '../decide/context'
import type { Definition } from '../decide/definition'
import type { Policy } from '../decide/experiment'
import { chancesOf, type Fate, type Learner } from '../decide/learner'
import type { Ledger } from '../decide/ledger'
import { sumOf, worthOf } from '../decide/worth'
import { expand } from '../rollup/dimension'
import type { Lines } from './journal'
import type { Noted } from './slice'

/** Positions of a log by a millisecond: see hail/log. */
const PER_MS = 1024
/** An id that a browser makes tells whole seconds; and clocks of objects differ by less. */
const SECOND = 1_000

/** Policies that serve one visitor otherwise than another. */
const BY_CONTEXT: ReadonlySet<Policy> = new Set(['contextual', 'hailwhale'])

/** What may come to know of a note. */
export interface Pupil {
  learner: Learner
  ledger: Ledger
  lines: Lines
}

export function teach({ learner, ledger, lines }: Pupil, noted: Noted): Fate {
  const { note, at: when } = noted
  const { definition } = learner
  if (note.kind !== 'exposure' && note.kind !== 'reward' && note.kind !== 'outcome') return 'refused'
  if (!isOf(definition, note, noted)) return learner.refuse()
  const arm = definition.arms.findIndex(({ id }) => id === note.option)
  const context = contextIn(noted, definition)
  // What no policy asks for is not learnt: each place of a context is a row with each slice.
  const asked = BY_CONTEXT.has(definition.policy) ? context : {}
  if (note.kind === 'outcome') {
    return learner.outcome({ arm, at: when, context: asked }, sumOf(definition, note.metrics))
  }
  const decision = { ...note, arm, context: asked }
  const at = Math.min(note.at, when)
  if (note.kind === 'exposure') {
    const fate = learner.exposure(decision, when)
    if (fate === 'counted') {
      const { id, version = 0, isHoldout = false } = note
      // Rows of the journal know the declared ones, as they are when they are written.
      const propensities = definition.first ? chancesOf(definition, note) : note.propensities
      lines.expose({ at, id, arm, version, isHoldout, propensities, context: valuesOf(context, definition.dimensions) })
    }
    return fate
  }
  const worth = worthOf(definition, note.metrics, note.goal)
  const fate = learner.reward(decision, worth, when, ledger)
  const y = definition.kind === 'rate' ? 0 : worth.y
  if (fate === 'counted' && (worth.x !== 0 || y !== 0)) lines.reward({ at, id: note.id, x: worth.x, y })
  return fate
}

/**
 * Whether it was decided by this very experiment. Who says no number decided by itself, which only a split's browsers do, or
 * tells of nobody's decision; then it must have come since this one was made, as another of its name may have been before.
 */
function isOf(
  { number, policy, created }: Definition,
  note: Exposure | Reward | Outcome,
  { position }: Noted,
): boolean {
  // A Whale that was restored may give a number again: then what was decided before is another's.
  if (note.kind !== 'outcome' && note.number !== undefined) return note.number === number && note.at > created - SECOND
  if (position < (created - SECOND) * PER_MS) return false
  return note.kind === 'outcome' || (policy === 'split' && note.at > created - SECOND)
}

/** What the note says; else, of each dimension, the first name below it. */
function contextIn({ note, dimensions }: Noted, definition: Definition): Context {
  if (note.kind !== 'outcome' && note.kind !== 'track' && note.context) {
    return contextOf(note.context, definition.dimensions)
  }
  const known = new Map<string, string>()
  for (const [name, value, more] of expand(dimensions ?? {})) {
    if (name !== undefined && value !== undefined && more === undefined && !known.has(name)) known.set(name, value)
  }
  return contextOf(
    definition.dimensions.map((name) => known.get(name) ?? null),
    definition.dimensions,
  )
}
