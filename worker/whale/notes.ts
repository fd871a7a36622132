/** Notes that a Hail has not handed over, page by page. */
import type { Noted, Notes } from './slice'

/** What a Whale asks of a Hail; by RPC, so that no import goes up. */
export interface Noting {
  notes(after: number): Promise<Notes>
}

export async function allNotes(hail: Noting, from: number): Promise<{ from: number; notes: Noted[] }> {
  let page = await hail.notes(from)
  const notes = page.notes
  while (page.isCut) {
    page = await hail.notes(page.to)
    notes.push(...page.notes)
  }
  return { from, notes }
}
