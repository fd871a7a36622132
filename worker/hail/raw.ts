/** The raw events that a log holds after a position, in chunks as the Whale would store them: for a reader. */
import type { Event } from '../../sdk/wire/event'
import { encode } from '../rollup/archive'
import { eventsIn } from './fold'
import type { Log } from './log'

/** One message carries 32 MiB at most, and a chunk is far smaller than the texts that it is made of. */
const MOST_CHARACTERS = 16 * 1024 * 1024

export interface Raw {
  from: number
  raw: Uint8Array[]
  /** There is more, and too much to be told at once. */
  isCut?: true
}

export function rawAfter(log: Log, from: number, isHere: (position: number) => boolean): Raw {
  const events: Event[] = []
  let characters = 0
  for (const { position, text } of log.after(from)) {
    if (!isHere(position)) continue
    characters += text.length
    if (characters > MOST_CHARACTERS) return { from, raw: encode(events), isCut: true }
    events.push(...eventsIn(text))
  }
  return { from, raw: encode(events) }
}
