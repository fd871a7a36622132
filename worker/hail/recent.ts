/** The newest events of a log, one by one: for a reader, so it looks at no more than anyone may ask for. */
import { shown } from '../rollup/shown'
import { isWanted } from '../rollup/pattern'
import { type Sighting, SPIED, type Spied, type SpyQuestion } from '../whale/spy'
import { eventsIn } from './fold'
import type { Log } from './log'

/** One message carries 32 MiB at most; events of this house are a thousandth of this. */
const MOST_CHARACTERS = 8 * 1024 * 1024

/** What is wanted of the newest events after a position, newest first. */
export function recent(log: Log, from: number, { wanted, count }: SpyQuestion): Spied {
  const found: Sighting[] = []
  let [examined, characters] = [0, 0]
  for (const { arrived, text } of log.newest(from)) {
    characters += text.length
    if (characters > MOST_CHARACTERS) return { from, examined, found, isCut: true }
    for (const event of eventsIn(text).reverse()) {
      if (examined === SPIED || found.length === count) return { from, examined, found }
      examined += 1
      if (isWanted(event.type, wanted)) found.push({ arrived, event: shown(event) })
    }
  }
  return { from, examined, found }
}
