/** Experiments, and events that tell of their decisions: what a Whale's learning is tried on. */
import type { Event } from '../../../sdk/wire/event'
import type { Note } from '../../../sdk/wire/note'
import { DEFAULTS } from '../../../worker/decide/experiment'
import { place } from '../../../worker/hail/ids'
import type { Entry } from '../../../worker/hail/log'
import { typeOfDecision } from '../../../worker/ingest/decided'
import type { Beginning } from '../../../worker/whale/board'

export const experiment = (key: string, more: Partial<Beginning> = {}): Beginning => ({
  ...DEFAULTS,
  key,
  arms: ['a', 'b'].map((id) => ({ id, weight: 1 })),
  num: 'reward',
  den: 'hits',
  status: 'running',
  isHidden: false,
  hash: 'murmur',
  sticky: 86_400_000,
  ...more,
})

let ids = 0

/** An entry of one event that is counted for an option. */
export function counted(decision: string, option: string, more: Partial<Event> = {}): Entry {
  ids += 1
  return entry(`n${ids}`, { type: typeOfDecision(decision, option), ...more })
}

/** An entry that tells of a decision, known by a word. */
export const noted = (word: string, note: Note, more: Partial<Event> = {}): Entry =>
  entry(word, {
    type: note.kind === 'track' ? 'decision' : typeOfDecision(note.decision, note.option),
    note,
    ...more,
  })

function entry(word: string, more: Partial<Event>): Entry {
  const event: Event = { at: Date.now(), type: 'decision', dimensions: {}, metrics: {}, ...more }
  return { id: word.padEnd(10, '.'), ...place(undefined, Date.now()), text: JSON.stringify([event]) }
}
