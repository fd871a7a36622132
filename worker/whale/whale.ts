/**
 * Whale keeps. One per site: it takes slices from the site's Hails, stores each together with the position it came
 * from, closes what is pending into cells once an hour, lets go of what is too old, and answers. It knows nothing of
 * envelopes or browsers.
 * Survives: eviction, restart, a slice sent twice, an answer lost. Sleeps: its only clock is one alarm, set for the
 * next close, or for when something will be too old.
 */
import { DurableObject } from 'cloudflare:workers'
import type { Graph } from '../../sdk/wire/query'
import { type Env, hail, pod } from '../env'
import type { Keep } from '../ingest/settings'
import type { Scope } from '../rollup/erase'
import { floor, next, type Zones } from '../rollup/interval'
import type { Shown } from '../rollup/shown'
import { answer, type Question } from './answer'
import { close } from './close'
import { cube, type CubeQuestion } from './cube'
import { type Live, live, type LiveQuestion } from './live'
import { Peeks } from './peeks'
import { Pending } from './pending'
import { rank, type RankQuestion } from './rank'
import { Reader } from './reader'
import { recent } from './recent'
import { intend, isKnown, purge, reach, type Reset, uncount, unfinished } from './reset'
import { create, exists, isOld, migrate } from './schema'
import { askAll } from './shards'
import type { Merged, Slice, Told } from './slice'
import { type Spied, type SpyQuestion, spy } from './spy'
import { type State, stateOf } from './state'
import { store } from './store'
import { nextSweep, sweep } from './sweep'
import { type WhaleStatus, statusOf } from './status'
import { type News, Tails } from './tail'

/** Slices of the hour just gone have come by then; readers miss nothing meanwhile, since pending is overlaid. */
const AFTER_THE_HOUR_MS = 2 * 60_000
/** After something failed: it is tried again. */
const RETRY_MS = 60_000
/** An alarm this overdue is stuck, and is set again. */
const OVERDUE_MS = 60_000
/** An import touches many hours: what is pending is closed before its time when it holds so many paths. */
const MOST_PENDING = 50_000
const UTC: Zones = [{ from: 0, zone: 'UTC' }]

/** What the Whale must know of its site: the Pod's word, kept in case the Pod is away. */
export interface Terms {
  zones: Zones
  /** How many Hails there may be. */
  shards: number
  keep: Keep
}

export class Whale extends DurableObject<Env> {
  private readonly site: number
  private readonly peeks: Peeks
  private terms: Terms | undefined
  private readonly tails: Tails
  private state: State | undefined
  private alarmAt: number | null | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.site = Number(ctx.id.name)
    this.tails = new Tails(ctx)
    this.peeks = new Peeks((shard) => hail(env, this.site, shard))
  }

  /**
   * Takes a slice, or, where it does not begin at the cursor, changes nothing; the cursor either way.
   * A Hail folds again after a crash or a lost answer, so a slice may come twice: the cursor makes the second a no-op.
   */
  async merge(slice: Slice): Promise<Merged> {
    const terms = await this.settle()
    if (!terms) {
      await this.empty()
      return { gone: true }
    }
    if (this.alarmAt === undefined) this.alarmAt = await this.ctx.storage.getAlarm().catch(() => null)
    let state = this.wake(true, terms)
    const cursor = state.cursors.get(slice.shard) ?? 0
    if (slice.from !== cursor) return { cursor }
    if (slice.resets?.length) state = this.hear(slice.resets, terms)
    store(this.ctx.storage, slice, { keepRaw: terms.keep.raw > 0, now: Date.now() })
    state.cursors.set(slice.shard, slice.to)
    try {
      for (const part of slice.parts) state.pending.add(part, terms.zones)
    } catch (error) {
      // It is stored; only what memory made of it is in doubt, and waking makes that anew.
      this.state = undefined
      throw error
    }
    if (state.pending.paths > MOST_PENDING) await this.close()
    await this.alarmBy(nextClose(Date.now()))
    return { cursor: slice.to }
  }

  async answer(question: Question): Promise<Omit<Graph, 'site'>> {
    const { reader, partial } = await this.look()
    return { ...answer(reader, question), ...partial }
  }

  async rank(question: RankQuestion) {
    const { reader, partial } = await this.look()
    return { ...rank(reader, question), ...partial }
  }

  async cube(question: CubeQuestion) {
    const { reader, partial } = await this.look()
    return { ...cube(reader, question), ...partial }
  }

  /** The last events one by one, newest first. */
  async spy(question: SpyQuestion): Promise<{ events: Shown[]; partial?: true }> {
    const terms = await this.settled()
    const { shards } = terms
    const cursorOf = (shard: number) => this.wake(false, terms)?.cursors.get(shard) ?? 0
    let fitting: Spied[] = []
    // A merge on the way makes what was seen merged, and it would be seen twice; a second one in a row is rare.
    for (let round = 0; round < 2 && fitting.length < shards; round++) {
      const spied = await askAll(shards, (shard) => hail(this.env, this.site, shard).spy(cursorOf(shard), question))
      fitting = spied.flatMap((each, shard) => (each?.from === cursorOf(shard) ? [each] : []))
    }
    const merged = (count: number) => (this.wake(false, terms) ? recent(this.ctx.storage.sql, count) : [])
    const events = spy(fitting, question, merged)
    return { events, ...(fitting.length < shards && { partial: true as const }) }
  }

  /** Rates, busiest keys and last values of this moment. */
  async live(question: LiveQuestion): Promise<Live> {
    const { shards } = await this.settled()
    return live(await askAll(shards, (shard) => hail(this.env, this.site, shard).pulse(question)), question)
  }

  /** A socket that tails the site; who may is known by whoever sends the request here. */
  override async fetch(request: Request): Promise<Response> {
    const response = this.tails.open(request)
    // Told before the socket is answered: what is counted after that is sent to it.
    if (response.webSocket) await this.sayTailed()
    return response
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.tails.hear(socket, message)
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    // Its side is closed; without ours it would hang until the object sleeps.
    socket.close()
    if (!this.tails.isOpen) await this.sayTailed()
  }

  override async webSocketError(): Promise<void> {
    if (!this.tails.isOpen) await this.sayTailed()
  }

  /** Whether anybody tails the site: a Hail asks once a life, and is told from then on. */
  async tailed(): Promise<boolean> {
    return this.tails.isOpen
  }

  /** What a Hail has just committed; whether anybody listens. */
  async tell(news: News): Promise<boolean> {
    return this.tails.tell(news)
  }

  async status(): Promise<WhaleStatus> {
    const terms = await this.settled()
    return statusOf(this.ctx.storage.sql, this.wake(false, terms))
  }

  /** The site's settings changed: asks the Pod anew. */
  async resettle(): Promise<void> {
    this.terms = undefined
    this.state = undefined
    await this.settle()
  }

  override async alarm(): Promise<void> {
    this.alarmAt = null
    await this.close()
    await this.resume()
    await this.sweep()
  }

  /** Writes all that is pending into the cells. */
  async close(): Promise<void> {
    this.terms = undefined
    const terms = await this.settle()
    const state = terms && this.wake(false, terms)
    if (!terms || !state?.pending.hours.size) return
    const { sql } = this.ctx.storage
    try {
      this.ctx.storage.transactionSync(() => {
        const { upTo } = sql.exec<{ upTo: number | null }>(`SELECT max(id) AS upTo FROM fragment`).one()
        close(sql, state.names, state.pending, terms.zones, upTo ?? 0)
      })
      state.pending = new Pending()
    } catch (error) {
      console.error(`whale ${this.site}: close failed, will try again: ${error}`)
      this.state = undefined
      await this.alarmBy(Date.now() + RETRY_MS)
    }
  }

  /** Takes a scope out of all that this site has; resolves when its answer is 0 and what is left will follow by itself. */
  async reset(scope: Scope): Promise<void> {
    const terms = await this.settled()
    const { sql } = this.ctx.storage
    this.wake(true, terms)
    intend(sql, { id: crypto.randomUUID(), scope }, Date.now())
    await this.alarmBy(Date.now() + RETRY_MS)
    await this.resume()
    const [left] = unfinished(sql)
    if (left?.stage === 'made') throw new Error('a Hail did not answer; the reset goes on by itself')
  }

  /** Empties this object: its site is deleted. */
  async empty(): Promise<void> {
    this.tails.close()
    await this.ctx.storage.deleteAll()
    this.state = undefined
    this.alarmAt = null
  }

  /** All there is at this moment, for one answer. */
  private async look(): Promise<{ reader: Reader; partial: { partial?: true } }> {
    const terms = await this.settled()
    const cursorOf = (shard: number) => this.wake(false, terms)?.cursors.get(shard) ?? 0
    const { peeks, partial } = await this.peeks.collect(terms.shards, cursorOf)
    const state = this.wake(false, terms)
    const { zones } = terms
    const reader = new Reader({ sql: this.ctx.storage.sql, names: state?.names, pending: state?.pending, peeks, zones })
    return { reader, partial: partial ? { partial } : {} }
  }

  private async sayTailed(): Promise<void> {
    const { shards } = await this.settled()
    const { isOpen } = this.tails
    await askAll(shards, (shard) => hail(this.env, this.site, shard).tailed(isOpen))
  }

  /** Takes up resets where they stand. */
  private async resume(): Promise<void> {
    const terms = await this.settle()
    if (!terms || !this.wake(false, terms)) return
    try {
      for (const reset of unfinished(this.ctx.storage.sql)) await this.follow(reset, terms)
    } catch (error) {
      console.error(`whale ${this.site}: a reset waits, will try again: ${error}`)
      await this.alarmBy(Date.now() + RETRY_MS)
    }
  }

  private async follow(reset: Reset, terms: Terms): Promise<void> {
    const { sql } = this.ctx.storage
    const { id, scope } = reset
    if (reset.stage === 'made') {
      const shards = Array.from({ length: terms.shards }, (_, shard) => shard)
      await Promise.all(shards.map((shard) => hail(this.env, this.site, shard).forget({ id, scope })))
      reach(sql, id, 'told')
      reset.stage = 'told'
    }
    if (reset.stage === 'told') this.uncount(reset, terms)
    const [now] = unfinished(sql).filter((each) => each.id === id)
    while (now && this.ctx.storage.transactionSync(() => purge(sql, now))) await scheduler.wait(0)
  }

  private uncount(told: Told, terms: Terms): State {
    const { names } = this.wake(true, terms)
    this.state = undefined
    this.ctx.storage.transactionSync(() => uncount(this.ctx.storage.sql, names, told))
    return this.wake(true, terms)
  }

  /** Resets that this Whale does not know, since it was restored to a state before them. */
  private hear(resets: readonly Told[], terms: Terms): State {
    const { sql } = this.ctx.storage
    let state = this.wake(true, terms)
    for (const told of resets) {
      if (isKnown(sql, told.id)) continue
      intend(sql, told, Date.now())
      state = this.uncount(told, terms)
    }
    return state
  }

  /** Lets go of what is too old, in turns, and sets the alarm for the next time. */
  private async sweep(): Promise<void> {
    const terms = await this.settle()
    if (!terms || !this.wake(false, terms)) return
    const now = Date.now()
    const { sql } = this.ctx.storage
    const scope = { sql, keep: terms.keep, zones: terms.zones }
    try {
      const due = nextSweep(scope)
      if (due !== undefined && due <= now) for (const _ of sweep({ ...scope, now })) await scheduler.wait(0)
      const then = nextSweep(scope)
      if (then !== undefined) await this.alarmBy(Math.max(then, now + RETRY_MS))
    } catch (error) {
      console.error(`whale ${this.site}: could not let go of what is too old, will try again: ${error}`)
      await this.alarmBy(now + RETRY_MS)
    }
  }

  /** Sees to it that the alarm rings by then. */
  private async alarmBy(at: number): Promise<void> {
    if (this.alarmAt != null && this.alarmAt <= at && this.alarmAt > Date.now() - OVERDUE_MS) return
    this.alarmAt = at
    await this.ctx.storage.setAlarm(at)
  }

  private async settled(): Promise<Terms> {
    const terms = await this.settle()
    if (!terms) throw new Error(`there is no site ${this.site}`)
    return terms
  }

  /** The site's terms: asked of the Pod once a life and before each close, else as last heard. Undefined: it is no more. */
  private async settle(): Promise<Terms | undefined> {
    if (this.terms) return this.terms
    const kept = this.kept()
    try {
      const asked = (await pod(this.env).terms(this.site)) ?? undefined
      if (asked && kept && kept !== JSON.stringify(asked)) {
        this.ctx.storage.sql.exec(`UPDATE state SET calendar = ?`, JSON.stringify(asked))
        // What is pending was cut by the old hours.
        this.state = undefined
      }
      this.terms = asked
    } catch (error) {
      if (!kept) throw error
      this.terms = JSON.parse(kept) as Terms // What was kept when the Pod last answered.
    }
    return this.terms
  }

  private kept(): string | null {
    const { sql } = this.ctx.storage
    return exists(sql) ? sql.exec<{ calendar: string | null }>(`SELECT calendar FROM state`).one().calendar : null
  }

  /** Reads what a life begins with; a reader alone makes no table. */
  private wake(create: true, terms: Terms): State
  private wake(create: boolean, terms: Terms): State | undefined
  private wake(creating: boolean, terms: Terms): State | undefined {
    if (this.state) return this.state
    const { storage } = this.ctx
    const { sql } = storage
    if (!exists(sql)) {
      if (!creating) return undefined
      storage.transactionSync(() => create(sql))
      sql.exec(`UPDATE state SET calendar = ?`, JSON.stringify(terms))
    } else if (isOld(sql)) storage.transactionSync(() => migrate(sql))
    this.state = stateOf(sql, terms.zones)
    return this.state
  }
}

/** Closes two minutes past each hour in which something came. */
const nextClose = (now: number): number =>
  next('hour', floor('hour', now - AFTER_THE_HOUR_MS, UTC), UTC) + AFTER_THE_HOUR_MS
