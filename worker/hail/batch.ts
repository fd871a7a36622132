/** Batches: entries that are written together as one row of the log. */
import type { Entry } from './log'

/** A row is bigger than this only where one entry is; it must stay under the platform's 2 MB. */
const ROW_CHARACTERS = 400_000
/** Rows are folded whole: what one may come to in a fragment, in bytes. */
const ROW_WEIGHT = 4 * 1024 * 1024

export function* batches(entries: readonly Entry[]): Generator<Entry[]> {
  let batch: Entry[] = []
  let [length, weight] = [0, 0]
  for (const entry of entries) {
    const more = entry.weight ?? entry.text.length
    if (batch.length && (length + entry.text.length > ROW_CHARACTERS || weight + more > ROW_WEIGHT)) {
      yield batch
      batch = []
      length = weight = 0
    }
    batch.push(entry)
    length += entry.text.length + 1
    weight += more
  }
  if (batch.length) yield batch
}
