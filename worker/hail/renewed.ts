/**
 * Ids of what is tracked begin anew where it was deleted: the same visitor may take part again, and is no duplicate of whom
 * he was. The Hail itself knows what was deleted, so no event of before and after is taken for the other, whoever sends it.
 */
import { isSame } from '../rollup/erase'
import type { Entry } from './log'
import type { Struck } from './strike'

/** The entry under the id that it has since then. */
export function renewed<Each extends Entry>(entry: Each, resets: readonly Struck[]): Each {
  const { id, tracked } = entry
  if (id === undefined || !tracked) return entry
  const deleted = resets.filter(({ scope }) => scope.tracked && isSame(scope.tracked, tracked))
  const deletions = new Set(deleted.map((reset) => reset.id))
  return deletions.size ? { ...entry, id: [...deletions].reduce(mixed, id) } : entry
}

/** A deletion's id is a random UUID: as many bits as an event's id has, in whatever order they are mixed. */
function mixed(id: string, deletion: string): string {
  const digits = deletion.replaceAll('-', '')
  const byteAt = (i: number) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return String.fromCharCode(...Array.from(id, (character, i) => character.charCodeAt(0) ^ byteAt(i)))
}
