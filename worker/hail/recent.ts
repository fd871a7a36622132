/** The newest events of a log, one by one: for a reader, so it looks at no more than anyone may ask for. */
import { shown } from '../rollup/shown'
import { isWanted } from '../rollup/pattern'
import { type Sighting, SPIED, type Spied, type SpyQuestion } from '../whale/spy'
import { eventsIn } from './fold'
import type { Log } from './log'

/** What is wanted of the newest events after a position, newest first. */
export function recent(log: Log, from: number, { wanted, count }: SpyQuestion): Spied {
  const found: Sighting[] = []
  let examined = 0
  for (const { arrived, text } of log.newest(from)) {
    for (const event of eventsIn(text).reverse()) {
      if (examined === SPIED || found.length === count) return { from, examined, found }
      examined += 1
      if (isWanted(event.type, wanted)) found.push({ arrived, event: shown(event) })
    }
  }
  return { from, examined, found }
}
