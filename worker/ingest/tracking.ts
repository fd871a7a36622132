/**
 * What a page tells of an experiment that it runs by itself, Gimel's way, becomes an event with a note. Its id is made of all
 * that is told, so that one sent again is known by it.
 */
import { encode } from '../../sdk/wire/base64url'
import type { Event } from '../../sdk/wire/event'
import type { Track } from '../../sdk/wire/note'
import { dotted } from '../../sdk/wire/word'
import { idOf } from './id'
import { cleanName } from './name'

/** What a page tells Gimel's way is counted below this: anybody can tell it, so it is no decision's. */
export const TRACKED = 'gimel'
/** Gimel's word for taking part; any other is a goal. */
export const PARTICIPATE = 'participate'
/** Among a million visitors of a counter two are taken for one once in 37 million counters. */
export const UUID_BYTES = 8

/** With the sender's own word for the visitor. */
export type Told = Omit<Track, 'kind'>

export const typeOfTracked = (experiment: string, variant?: string): string => dotted(TRACKED, experiment, variant)

/**
 * What is kept of the visitor's word is a hash of it and of the counter that it is for: who knows the word finds it there, and
 * who does not can't follow anybody from one experiment to the next.
 */
export async function trackingOf(told: Told, at: number): Promise<{ id: string; event: Event }> {
  const { namespace, experiment, variant, event: goal } = told
  const id = await idOf('track', JSON.stringify([namespace, experiment, goal, variant, told.uuid]))
  const uuid = encode(Uint8Array.from(id.slice(0, UUID_BYTES), (character) => character.charCodeAt(0)))
  const isPart = goal === PARTICIPATE
  return {
    id,
    event: {
      at,
      type: typeOfTracked(experiment, variant),
      dimensions: { namespace: cleanName(namespace), ...(!isPart && { goal: cleanName(goal) }) },
      metrics: isPart ? { hits: 1, decisions: 1 } : { hits: 0, rewards: 1 },
      note: { kind: 'track', namespace, experiment, variant, event: goal, uuid },
    },
  }
}
