/**
 * Commits: entries gather company for a moment and are written in one row, and whoever brought them waits for it.
 * An id is known from the moment its entry waits; a commit that fails takes its ids back, so that their retry counts.
 */
import type { Event } from '../../sdk/wire/event'
import type { Reason } from '../ingest/refusal'
import { batches } from './batch'
import { FULL, Rate, windowAt } from './window'
import { knownElsewhere, type Named } from './elsewhere'
import type { Life } from './life'
import type { Entry } from './log'
import { renewed } from './renewed'
import { type State, visitsOf } from './state'

/** A slice is merged when it is this old. */
const SLICE_MS = 60_000

export interface Receipt {
  /** For each entry: was it here before? */
  duplicates: boolean[]
  /** Why an entry was not taken, by its place among them; absent where each was. */
  refused?: Record<number, Reason>
}

export class Commits {
  private waiting: Entry[] = []
  private commitment: Promise<void> | undefined
  private full: (() => void) | undefined
  private readonly rate = new Rate()

  /** `written` hears of each commit: what lies in the log now, and what this life knows. */
  constructor(
    private readonly life: Life,
    private readonly written: (entries: Entry[], state: State) => void,
  ) {}

  /** Resolves when every entry is on disk, in this batch or before. Throws where the disk does: nothing was counted. */
  async append(given: Entry[]): Promise<Receipt> {
    const { env, place } = this.life
    const isAsked = given.some(({ elsewhere }) => elsewhere)
    const isOld = isAsked ? await knownElsewhere(env, place.site, given) : undefined
    const now = Date.now()
    const state = this.life.wake()
    const { ids, resets } = state
    const entries = given.map((entry) => renewed(entry, resets))
    // All look-ups come first: one that fails must not leave an id behind that nobody will commit.
    for (const gate of state.gates) gate.look?.(entries)
    const known = entries.map(({ id, bucket }, i) => isOld?.[i] || (id !== undefined && ids.has(id, bucket)))
    const fresh = new Set<string>()
    const refused: Record<number, Reason> = {}
    const duplicates = entries.map((entry, i) => {
      const { id, bucket } = entry
      const name = `${bucket} ${id}`
      if (known[i] || (id !== undefined && fresh.has(name))) return true
      const reason = refusalOf(entry, state, now)
      if (reason) refused[i] = reason
      else if (id !== undefined) {
        fresh.add(name)
        ids.add(id, bucket)
      }
      return false
    })
    const added = entries.filter((_, i) => !duplicates[i] && !refused[i])
    this.waiting.push(...added)
    this.rate.add(entries.length, now)
    if (added.length) this.commitment ??= this.commit(now)
    if (this.waiting.length >= FULL) this.full?.()
    // A duplicate of an entry that still waits must not be acknowledged before it.
    await this.commitment
    return { duplicates, ...(Object.keys(refused).length && { refused }) }
  }

  /** Which ids are on disk here. One that waits is known when its commit is done, and only if it is. */
  async knows(named: readonly Named[]): Promise<boolean[]> {
    if (!this.life.look()) return named.map(() => false)
    await this.commitment?.catch(() => undefined)
    const { ids } = this.life.wake()
    return named.map(({ id, bucket }) => ids.has(id, bucket))
  }

  private async commit(now: number): Promise<void> {
    await this.company(now)
    await this.life.recall()
    const entries = this.waiting
    this.waiting = []
    this.commitment = undefined
    // No await between the two: the rows and the clock that will merge them reach the disk together.
    const [told, state] = this.write(entries)
    await this.life.alarmOnce(Date.now() + SLICE_MS)
    this.written(told, state)
  }

  /** Waits for others to share the commit with. */
  private async company(now: number): Promise<void> {
    const wait = windowAt(this.rate.perSecond(now))
    if (!wait || this.waiting.length >= FULL) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.full = resolve
    await Promise.race([promise, scheduler.wait(wait)])
    this.full = undefined
  }

  private write(entries: Entry[]): [told: Entry[], state: State] {
    const { storage } = this.life
    const state = this.life.wake()
    const { log, ids } = state
    const last = log.last
    try {
      const told = entries.map((entry) =>
        entry.visit && state.visits.begins(entry.visit) ? withSession(entry) : entry,
      )
      storage.transactionSync(() => {
        for (const batch of batches(told)) log.append(batch, Date.now())
        for (const gate of state.gates) gate.write?.(entries)
      })
      for (const gate of state.gates) gate.written?.(entries)
      state.unmerged += entries.length
      return [told, state]
    } catch (error) {
      log.reread(last)
      for (const { id, bucket } of entries) if (id !== undefined) ids.forget(id, bucket)
      for (const gate of state.gates) gate.back(entries)
      // Whose sessions began is on disk for all that was committed.
      state.visits = visitsOf(storage.sql, log, state.places.filed)
      throw error
    }
  }
}

/** The first gate that refuses it says why, and those that let it pass forget it. */
function refusalOf(entry: Entry, { gates }: State, now: number): Reason | undefined {
  for (const [i, gate] of gates.entries()) {
    const reason = gate.refuse(entry, now)
    if (!reason) continue
    for (const passed of gates.slice(0, i)) passed.back([entry])
    return reason
  }
  return undefined
}

/** Tells a session that begins with an entry's first event; the sender's own word stands. */
function withSession(entry: Entry): Entry {
  const [first, ...others] = JSON.parse(entry.text) as [Event, ...Event[]] // One event at least carries the visitor.
  if (first.metrics.sessions !== undefined) return entry
  const told = { ...first, metrics: { ...first.metrics, sessions: 1, sessions_by_time: 1 } }
  return { ...entry, text: JSON.stringify([told, ...others]) }
}
