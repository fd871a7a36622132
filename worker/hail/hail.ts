/**
 * Hail receives. There may be many per site, so that no single object feels the whole storm.
 * It drops replays, answers as soon as a batch lies in its own log, and hands slices of the log to the site's Whale.
 * It knows nothing of graphs. Survives: eviction, restart, an absent Whale. Does not survive: loss of its own storage.
 *
 * Exactly once rests on three things: an id is known from the moment it waits until it is too late to come again;
 * a commit that fails takes its ids back; and the Whale stores a slice's position together with the slice.
 */
import { DurableObject } from 'cloudflare:workers'
import type { Event } from '../../sdk/wire/event'
import { type Env, whale } from '../env'
import type { LiveQuestion, Pulse } from '../whale/live'
import type { Peek, Slice, Told } from '../whale/slice'
import type { Spied, SpyQuestion } from '../whale/spy'
import { FULL, Rate, windowAt } from './commit'
import { knownElsewhere, type Named } from './elsewhere'
import { Open, SLICE_EVENTS } from './fold'
import { type Entry } from './log'
import { Pulses } from './pulse'
import { type Raw, rawAfter } from './raw'
import { recent } from './recent'
import { type State, stateOf, visitsOf } from './state'
import { remember, strike } from './strike'
import { Teller } from './tell'

/** A slice is merged when it is this old. */
const SLICE_MS = 60_000
/** An alarm this overdue is stuck, and is set again. */
const OVERDUE_MS = 60_000
/** After a failed merge: the Whale is away, and the log can wait, twice as long each time up to a bound. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** One merge hands over at most so many slices; a log longer than that goes on at the next alarm. */
const MOST_SLICES = 1_000
/** A row is bigger than this only where one entry is; it must stay under the platform's 2 MB. */
const ROW_CHARACTERS = 400_000
/** Rows are folded whole: what one may come to in a fragment, in bytes. */
const ROW_WEIGHT = 4 * 1024 * 1024

export interface Receipt {
  /** For each entry: was it here before? */
  duplicates: boolean[]
}

export interface HailStatus {
  shard: number
  /** The last committed event's arrival, unix milliseconds; 0 for none. */
  last: number
  /** Events in the log that the Whale has not merged. */
  waiting: number
}

export class Hail extends DurableObject<Env> {
  private readonly site: number
  private readonly shard: number
  private state: State | undefined
  private waiting: Entry[] = []
  private commitment: Promise<void> | undefined
  private full: (() => void) | undefined
  private open: Open | undefined
  private merging: Promise<void> | undefined
  private alarmAt: number | null | undefined
  /** Merges that failed in a row. */
  private failures = 0
  private readonly rate = new Rate()
  private readonly teller: Teller
  private pulses = new Pulses()

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const [site = 0, shard = 0] = (ctx.id.name ?? '').split('/').map(Number)
    this.site = site
    this.shard = shard
    this.teller = new Teller(() => whale(env, site))
  }

  /** Resolves when every entry is on disk, in this batch or before. Throws where the disk does: nothing was counted. */
  async append(entries: Entry[]): Promise<Receipt> {
    const isOld = entries.some(({ elsewhere }) => elsewhere)
      ? await knownElsewhere(this.env, this.site, entries)
      : undefined
    const now = Date.now()
    const state = this.wake(true)
    let alone = true
    // All look-ups come first: one that fails must not leave an id behind that nobody will commit.
    const known = entries.map(({ id, bucket }, i) => isOld?.[i] || (id !== undefined && state.ids.has(id, bucket)))
    const fresh = new Set<string>()
    const duplicates = entries.map((entry, i) => {
      if (entry.id !== undefined) {
        const name = `${entry.bucket} ${entry.id}`
        if (known[i] || fresh.has(name)) return true
        fresh.add(name)
        state.ids.add(entry.id, entry.bucket)
      }
      this.waiting.push(entry)
      alone = false
      return false
    })
    this.rate.add(entries.length, now)
    // A duplicate of an entry that still waits must not be acknowledged before it.
    if (!alone) this.commitment ??= this.commit(now)
    if (this.waiting.length >= FULL) this.full?.()
    await this.commitment
    return { duplicates }
  }

  /** Which ids are on disk here. One that waits is known when its commit is done, and only if it is. */
  async knows(named: Named[]): Promise<boolean[]> {
    if (!this.wake(false)) return named.map(() => false)
    await this.commitment?.catch(() => undefined)
    const { ids } = this.wake(true)
    return named.map(({ id, bucket }) => ids.has(id, bucket))
  }

  /** The raw events that the Whale has not merged. Writes nothing. */
  async raw(cursor: number): Promise<Raw> {
    const state = this.wake(false)
    return state ? rawAfter(state.log, cursor) : { from: cursor, raw: [] }
  }

  /** What the Whale has not merged, folded for a reader. Writes nothing, unless so much waits that it must be merged. */
  async peek(cursor: number): Promise<Peek> {
    const state = this.wake(false)
    if (!state) return new Open(cursor).peek()
    const open = this.openAt(cursor)
    if (!open.fold(state.log)) return open.peek()
    await this.merge()
    const rest = this.openAt(state.places.merged)
    const isMore = rest.fold(state.log)
    return { ...rest.peek(), ...(isMore && { isCut: true as const }) }
  }

  /** Single events that the Whale has not merged. Writes nothing. */
  async spy(cursor: number, question: SpyQuestion): Promise<Spied> {
    const log = this.wake(false)?.log
    return log ? recent(log, cursor, question) : { from: cursor, examined: 0, found: [] }
  }

  /** What came in the last minutes, merged or not. Writes nothing. */
  async pulse(question: LiveQuestion): Promise<Pulse> {
    const log = this.wake(false)?.log
    return log ? this.pulses.ask(log, question) : { second: 0, minute: 0, keys: [], last: [], partial: false }
  }

  /** Somebody tails the site from now on, or nobody does any more. */
  async tailed(isTailed: boolean): Promise<void> {
    this.teller.hear(isTailed)
  }

  async status(): Promise<HailStatus> {
    const { shard } = this
    const state = this.wake(false)
    if (!state) return { shard, last: 0, waiting: 0 }
    return { shard, last: Math.floor(state.log.last / 1024), waiting: state.unmerged }
  }

  override async alarm(): Promise<void> {
    this.alarmAt = null
    await this.merge()
  }

  /** Hands over what came until now, and takes out of the log what a reset says. Throws where the Whale is away. */
  async forget(told: Told): Promise<void> {
    const state = this.wake(false)
    if (!state) return
    const { log, resets } = state
    const position = log.last
    await this.merge()
    if (state.places.merged < position) throw new Error('the Whale does not merge')
    this.ctx.storage.transactionSync(() => {
      strike(log, position, told.scope)
      remember(this.ctx.storage.sql, told, position)
      if (told.scope.visitor === undefined) return
      state.visits.forget(told.scope.visitor)
      this.ctx.storage.sql.exec(`UPDATE place SET visits = ?`, state.visits.toBytes())
    })
    // What waits for its commit is known to this life alone, so it goes on: only what was made of the log is made anew.
    resets.push({ ...told, position })
    this.open = undefined
    this.pulses = new Pulses()
  }

  /** Hands all that is committed to the Whale, slice by slice. Safe to call at any time and twice. */
  merge(): Promise<void> {
    this.merging ??= this.mergeAll().finally(() => {
      this.merging = undefined
    })
    return this.merging
  }

  /** Lets go of what a site that fell silent would keep: its last hours' log, and ids that are too old to come again. */
  async tidy(): Promise<void> {
    const state = this.wake(false)
    if (!state) return
    await this.merge()
    if (state.log.isOld(state.places.merged, Date.now())) this.settle(state, state.places.merged)
    state.ids.expire(Date.now())
  }

  /** Empties this object: its site is deleted. */
  async empty(): Promise<void> {
    await this.ctx.storage.deleteAll()
    this.state = undefined
    this.open = undefined
    this.pulses = new Pulses()
    this.alarmAt = null
  }

  private async commit(now: number): Promise<void> {
    await this.company(now)
    if (this.alarmAt === undefined) this.alarmAt = await this.ctx.storage.getAlarm().catch(() => null)
    const entries = this.waiting
    this.waiting = []
    this.commitment = undefined
    // No await between the two: the rows and the clock that will merge them reach the disk together.
    const state = this.write(entries)
    await this.setClock()
    if (state.unmerged >= SLICE_EVENTS) this.ctx.waitUntil(this.merge())
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

  private write(entries: Entry[]): State {
    const state = this.wake(true)
    const { log, ids } = state
    const last = log.last
    try {
      const told = entries.map((entry) =>
        entry.visit && state.visits.begins(entry.visit) ? withSession(entry) : entry,
      )
      this.ctx.storage.transactionSync(() => {
        for (const batch of batches(told)) log.append(batch, Date.now())
      })
      this.ctx.waitUntil(this.teller.tell(told, Date.now()))
    } catch (error) {
      log.reread(last)
      for (const { id, bucket } of entries) if (id !== undefined) ids.forget(id, bucket)
      // Whose sessions began is on disk for all that was committed.
      state.visits = visitsOf(this.ctx.storage.sql, log, state.places.filed)
      throw error
    }
    state.unmerged += entries.length
    return state
  }

  /** The slice's clock is one alarm, set when a slice opens; a timer would keep the object awake. */
  private async setClock(): Promise<void> {
    const now = Date.now()
    if (this.alarmAt != null && this.alarmAt > now - OVERDUE_MS) return
    this.alarmAt = now + SLICE_MS
    await this.ctx.storage.setAlarm(this.alarmAt)
  }

  private async mergeAll(): Promise<void> {
    const state = this.wake(false)
    if (!state) return
    try {
      for (let asked = 0; asked < MOST_SLICES; asked++) {
        const open = this.openAt(state.places.merged)
        open.fold(state.log)
        if (!open.events) return
        const merged = await whale(this.env, this.site).merge(this.slice(open, state))
        this.open = undefined
        if ('gone' in merged) return await this.empty()
        this.settle(state, merged.cursor)
        this.failures = 0
      }
      throw new Error(`more than ${MOST_SLICES} slices at once`)
    } catch (error) {
      console.error(`hail ${this.site}/${this.shard}: merge failed, will try again: ${error}`)
      this.open = undefined
      this.alarmAt = Date.now() + Math.min(RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS)
      await this.ctx.storage.setAlarm(this.alarmAt)
    }
  }

  private slice(open: Open, { places, resets }: State): Slice {
    const told = resets.filter(({ position }) => position >= open.from)
    return {
      ...open.slice(this.shard),
      ...(open.from < places.dropped && { gap: [open.from, places.dropped] }),
      ...(told.length && { resets: told.map(({ id, scope }) => ({ id, scope })) }),
    }
  }

  /** The Whale has all up to its cursor: file the ids, let go of old log. */
  private settle(state: State, merged: number): void {
    const { log, ids } = state
    const now = Date.now()
    const places = { ...state.places, merged, filed: log.last }
    try {
      const filed = this.ctx.storage.transactionSync(() => {
        const filings = ids.file(log, state.places.filed, places.filed)
        const gone = log.drop(Math.min(places.merged, places.filed), now)
        if (gone !== undefined) {
          places.dropped = gone
          ids.expire(now)
        }
        this.ctx.storage.sql.exec(
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

  /** Reads what a life begins with. A reader alone makes no table. */
  private wake(create: true): State
  private wake(create: boolean): State | undefined
  private wake(create: boolean): State | undefined {
    if (this.state) return this.state
    this.state = stateOf(this.ctx.storage, create)
    return this.state
  }
}

/** Tells a session that begins with an entry's first event; the sender's own word stands. */
function withSession(entry: Entry): Entry {
  const [first, ...others] = JSON.parse(entry.text) as [Event, ...Event[]] // One event at least carries the visitor.
  const told = { ...first, metrics: { sessions: 1, ...first.metrics } }
  return { ...entry, text: JSON.stringify([told, ...others]) }
}

/** Batches whose text fits a row, and what becomes of them a message. */
function* batches(entries: Entry[]): Generator<Entry[]> {
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
