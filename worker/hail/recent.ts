/** The newest events of a log, one by one: for a reader, so it looks at no more than anyone may ask for. */
import type { Event } from '../../sdk/wire/event'
import { shown } from '../rollup/shown'
import { isWanted } from '../rollup/pattern'
import { type Sighting, SPIED, type Spied, type SpyQuestion } from '../whale/spy'
import { arrivalOf, type Log } from './log'

/** What is wanted of the newest events after a position, newest first. */
export function recent(log: Log, from: number, { wanted, count }: SpyQuestion): Spied {
  const found: Sighting[] = []
  let examined = 0
  for (const { position, text } of log.newest(from)) {
    const entries: Event[][] = JSON.parse(text)
    for (const event of entries.flat().reverse()) {
      if (examined === SPIED || found.length === count) return { from, examined, found }
      examined += 1
      if (isWanted(event.type, wanted)) found.push({ arrived: arrivalOf(position), event: shown(event) })
    }
  }
  return { from, examined, found }
}
