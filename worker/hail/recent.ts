/** The newest events of a log, one by one: for a reader, so it looks at no more than anyone may ask for. */
import { shown } from '../rollup/shown'
import { typesOf } from '../rollup/dimension'
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

/** The types of the newest events after a position, and those above them, as merging will name them. */
export function typesAfter(log: Log, from: number): string[] {
  const types = new Set<string>()
  let [examined, characters] = [0, 0]
  for (const { entries, text } of log.newest(from)) {
    characters += text.length
    if (characters > MOST_CHARACTERS) break
    for (const { type } of eventsIn(text)) for (const name of typesOf(type)) types.add(name)
    examined += entries
    if (examined >= SPIED) break
  }
  return [...types]
}
