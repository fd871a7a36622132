/**
 * Merges: the log is handed to the Whale slice by slice, from the Whale's own cursor on. What was answered is safe: ids are
 * filed and old log goes. What was not is folded again, and the Whale changes nothing if it has it.
 */
import { whale } from '../env'
import type { Peek, Slice, Told } from '../whale/slice'
import { Open } from './fold'
import type { Life } from './life'
import type { State } from './state'
import { remember, strike } from './strike'

/** After a failed merge: the Whale is away, and the log can wait, twice as long each time up to a bound. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** One merge hands over at most so many slices; a log longer than that goes on at the next alarm. */
const MOST_SLICES = 1_000

export class Merges {
  private open: Open | undefined
  private merging: Promise<void> | undefined
  /** Merges that failed in a row. */
  private failures = 0

  /** `gone` hears that the site is no more. */
  constructor(
    private readonly life: Life,
    private readonly gone: () => Promise<void>,
  ) {}

  /** Hands all that is committed to the Whale. Safe to call at any time and twice. */
  merge(): Promise<void> {
    this.merging ??= this.mergeAll().finally(() => {
      this.merging = undefined
    })
    return this.merging
  }

  /** What the Whale has not merged, folded for a reader. Writes nothing, unless so much waits that it must be merged. */
  async peek(cursor: number): Promise<Peek> {
    const state = this.life.look()
    if (!state) return new Open(cursor).peek()
    const open = this.openAt(cursor)
    if (!open.fold(state.log)) return open.peek()
    await this.merge()
    const rest = this.openAt(state.places.merged)
    const isMore = rest.fold(state.log)
    return { ...rest.peek(), ...(isMore && { isCut: true as const }) }
  }

  /** Hands over what came until now, and takes out of the log what a reset says. Throws where the Whale is away. */
  async forget(told: Told): Promise<void> {
    const state = this.life.look()
    if (!state) return
    const { storage } = this.life
    const { log, resets, visits } = state
    const position = log.last
    await this.merge()
    if (state.places.merged < position) throw new Error('the Whale does not merge')
    storage.transactionSync(() => {
      strike(log, position, told.scope)
      remember(storage.sql, told, position)
      if (told.scope.visitor === undefined) return
      visits.forget(told.scope.visitor)
      storage.sql.exec(`UPDATE place SET visits = ?`, visits.toBytes())
    })
    // What waits for its commit is known to this life alone, so it goes on: only what was made of the log is made anew.
    resets.push({ ...told, position })
    this.open = undefined
  }

  /** Lets go of what a site that fell silent would keep: its last hours' log, and ids that are too old to come again. */
  async tidy(): Promise<void> {
    const state = this.life.look()
    if (!state) return
    await this.merge()
    if (state.log.isOld(state.places.merged, Date.now())) this.settle(state, state.places.merged)
    state.ids.expire(Date.now())
    for (const gate of state.gates) gate.sweep?.(Date.now())
  }

  /** Nothing is left on disk. */
  end(): void {
    this.open = undefined
  }

  private async mergeAll(): Promise<void> {
    const state = this.life.look()
    if (!state) return
    const { env, place } = this.life
    try {
      for (let asked = 0; asked < MOST_SLICES; asked++) {
        const open = this.openAt(state.places.merged)
        open.fold(state.log)
        if (!open.events) return
        const merged = await whale(env, place.site).merge(this.slice(open, state))
        this.open = undefined
        if ('gone' in merged) return await this.gone()
        this.settle(state, merged.cursor)
        this.failures = 0
      }
      throw new Error(`more than ${MOST_SLICES} slices at once`)
    } catch (error) {
      console.error(`hail ${place.site}/${place.shard}: merge failed, will try again: ${error}`)
      this.open = undefined
      await this.life.alarm(Date.now() + Math.min(RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS))
    }
  }

  private slice(open: Open, { places, resets }: State): Slice {
    const told = resets.filter(({ position }) => position >= open.from)
    return {
      ...open.slice(this.life.place.shard),
      ...(open.from < places.dropped && { gap: [open.from, places.dropped] }),
      ...(told.length && { resets: told.map(({ id, scope }) => ({ id, scope })) }),
    }
  }

  /** The Whale has all up to its cursor: file the ids, let go of old log. */
  private settle(state: State, merged: number): void {
    const { storage } = this.life
    const { log, ids } = state
    const now = Date.now()
    const places = { ...state.places, merged, filed: log.last }
    try {
      const filed = storage.transactionSync(() => {
        const filings = ids.file(log, state.places.filed, places.filed)
        const gone = log.drop(Math.min(places.merged, places.filed), now)
        if (gone !== undefined) {
          places.dropped = gone
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
      state.places = places
      state.unmerged = log.count(merged)
    } catch (error) {
      log.reread(log.last)
      ids.clear()
      throw error
    }
  }

  private openAt(cursor: number): Open {
    if (this.open?.from !== cursor) this.open = new Open(cursor)
    return this.open
  }
}
