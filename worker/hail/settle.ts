/** What becomes of a log when its events are where they belong: ids are filed, old hours go, and how far it came is written down. */
import type { State } from './state'

/** The Whale has all up to its cursor: file the ids, let go of old log. */
export function settle(storage: DurableObjectStorage, state: State, merged: number): void {
  const { log, ids, ledger } = state
  const now = Date.now()
  const places = { ...state.places, merged, filed: log.last }
  // A log that grew for hours is not counted anew with each slice of it; and what is old goes with this one.
  const isOn = merged >= state.places.merged
  const unmerged = isOn ? state.unmerged - log.count(state.places.merged, merged) : log.count(merged)
  try {
    const filed = storage.transactionSync(() => {
      const filings = ids.file(log, state.places.filed, places.filed)
      const gone = log.drop(droppable({ ...state, places }, now), now)
      if (gone !== undefined) {
        places.dropped = gone
        ledger.forget(gone)
        ids.expire(now)
        for (const gate of state.gates) gate.sweep?.(now)
      }
      storage.sql.exec(
        `UPDATE place SET filed = ?, merged = ?, dropped = ?, visits = ?`,
        places.filed,
        places.merged,
        places.dropped,
        state.visits.toBytes(),
      )
      return filings
    })
    for (const { id, bucket } of filed) ids.forget(id, bucket)
    state.unmerged = unmerged
    state.places = places
    log.reach(merged)
  } catch (error) {
    log.reread(log.last)
    ids.clear()
    throw error
  }
}

/** Log up to here is where it belongs, and its ids are filed. */
export const droppable = ({ places, ledger }: Pick<State, 'places' | 'ledger'>, now: number): number =>
  Math.min(places.merged, places.filed, ledger.held(now))
