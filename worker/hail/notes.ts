/** Notes: what events of the log tell the site's decisions, for a Whale that wants to know before they are merged. */
import type { Noted, Notes } from '../whale/slice'
import { eventsIn, noted } from './fold'
import type { Log } from './log'

/** Of one answer: some hundred bytes each. The rest is asked for next. */
const MOST_NOTES = 10_000
/** As JSON writes it; a text that holds it by chance is read in vain. */
const SIGN = '"note":{'

/** Those after a position, whole rows at a time. Writes nothing. */
export function notesAfter(log: Log, from: number, isHere: (position: number) => boolean): Notes {
  const notes: Noted[] = []
  let to = from
  for (const { position, text } of log.after(from)) {
    if (notes.length >= MOST_NOTES) return { from, to, notes, isCut: true }
    to = position
    if (!text.includes(SIGN) || !isHere(position)) continue
    for (const event of eventsIn(text)) if (event.note) notes.push(noted(event, event.note, position))
  }
  return { from, to, notes }
}
