/**
 * Whale keeps. One per site: it takes slices from the site's Hails, stores each together with the position it came
 * from, closes what is pending into cells once an hour, and answers. It knows nothing of envelopes or browsers.
 * Survives: eviction, restart, a slice sent twice, an answer lost. Sleeps: its only clock is the alarm of its next close.
 */
import { DurableObject } from 'cloudflare:workers'
import type { Graph } from '../../sdk/wire/query'
import { type Env, hail, pod } from '../env'
import { type Zones, floor, next } from '../rollup/interval'
import { extentIn } from '../rollup/fragment'
import type { Shown } from '../rollup/shown'
import { answer, type Question } from './answer'
import { close } from './close'
import { type Live, live, type LiveQuestion } from './live'
import { Names } from './names'
import { Peeks } from './peeks'
import { Pending } from './pending'
import { Reader } from './reader'
import { recent } from './recent'
import { create, exists } from './schema'
import { askAll } from './shards'
import type { Slice } from './slice'
import { type Spied, type SpyQuestion, spy } from './spy'
import { type News, Tails } from './tail'

/** Slices of the hour just gone have come by then; readers miss nothing meanwhile, since pending is overlaid. */
const AFTER_THE_HOUR_MS = 2 * 60_000
/** After a failed close: what is pending stays pending, and is tried again. */
const RETRY_MS = 60_000
/** An alarm this overdue is stuck, and is set again. */
const OVERDUE_MS = 60_000
const UTC: Zones = [{ from: 0, zone: 'UTC' }]

export interface WhaleStatus {
  types: string[]
  /** Fragments up to here are in the cells. */
  closed: number
  pendingPaths: number
  shards: { shard: number; cursor: number; events: number; last: number }[]
  gaps: { shard: number; start: number; until: number }[]
}

/** What the Whale must know of its site: the Pod's word, kept in case the Pod is away. */
export interface Calendar {
  zones: Zones
  /** How many Hails there may be. */
  shards: number
}

interface State {
  names: Names
  pending: Pending
  cursors: Map<number, number>
}

export class Whale extends DurableObject<Env> {
  private readonly site: number
  private readonly peeks: Peeks
  private readonly tails: Tails
  private calendar: Calendar | undefined
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
  async merge(slice: Slice): Promise<{ cursor: number }> {
    const { zones } = await this.settle()
    if (this.alarmAt === undefined) this.alarmAt = await this.ctx.storage.getAlarm().catch(() => null)
    const state = this.wake(true, zones)
    const cursor = state.cursors.get(slice.shard) ?? 0
    if (slice.from !== cursor) return { cursor }
    this.store(slice)
    state.cursors.set(slice.shard, slice.to)
    try {
      for (const part of slice.parts) state.pending.add(part, zones)
    } catch (error) {
      // It is stored; only what memory made of it is in doubt, and waking makes that anew.
      this.state = undefined
      throw error
    }
    await this.setClock()
    return { cursor: slice.to }
  }

  async answer(question: Question): Promise<Omit<Graph, 'site'>> {
    const { shards, zones } = await this.settle()
    const cursorOf = (shard: number) => this.wake(false, zones)?.cursors.get(shard) ?? 0
    const { peeks, partial } = await this.peeks.collect(shards, cursorOf)
    const state = this.wake(false, zones)
    const reader = new Reader({ sql: this.ctx.storage.sql, names: state?.names, pending: state?.pending, peeks })
    return { ...answer(reader, question), ...(partial && { partial }) }
  }

  /** The last events one by one, newest first. */
  async spy(question: SpyQuestion): Promise<{ events: Shown[]; partial?: true }> {
    const { shards, zones } = await this.settle()
    const cursorOf = (shard: number) => this.wake(false, zones)?.cursors.get(shard) ?? 0
    let fitting: Spied[] = []
    // A merge on the way makes what was seen merged, and it would be seen twice; a second one in a row is rare.
    for (let round = 0; round < 2 && fitting.length < shards; round++) {
      const spied = await askAll(shards, (shard) => hail(this.env, this.site, shard).spy(cursorOf(shard), question))
      fitting = spied.flatMap((each, shard) => (each?.from === cursorOf(shard) ? [each] : []))
    }
    const merged = (count: number) => (this.wake(false, zones) ? recent(this.ctx.storage.sql, count) : [])
    const events = spy(fitting, question, merged)
    return { events, ...(fitting.length < shards && { partial: true as const }) }
  }

  /** Rates, busiest keys and last values of this moment. */
  async live(question: LiveQuestion): Promise<Live> {
    const { shards } = await this.settle()
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
    const { zones } = await this.settle()
    const state = this.wake(false, zones)
    if (!state) return { types: [], closed: 0, pendingPaths: 0, shards: [], gaps: [] }
    const { sql } = this.ctx.storage
    return {
      types: [...new Set([...state.names.typeNames, ...state.pending.types.keys()])].sort(),
      closed: sql.exec<{ closed: number }>(`SELECT closed FROM state`).one().closed,
      pendingPaths: state.pending.paths,
      shards: sql
        .exec<WhaleStatus['shards'][number]>(`SELECT shard, cursor, events, last FROM shard ORDER BY shard`)
        .toArray(),
      gaps: sql.exec<WhaleStatus['gaps'][number]>(`SELECT shard, start, until FROM gap`).toArray(),
    }
  }

  /** The site's calendar changed: asks the Pod anew. */
  async resettle(): Promise<void> {
    this.calendar = undefined
    this.state = undefined
    await this.settle()
  }

  override async alarm(): Promise<void> {
    this.alarmAt = null
    await this.close()
  }

  /** Writes all that is pending into the cells. */
  async close(): Promise<void> {
    this.calendar = undefined
    const { zones } = await this.settle()
    const state = this.wake(false, zones)
    if (!state) return
    const { sql } = this.ctx.storage
    try {
      this.ctx.storage.transactionSync(() => {
        const { upTo } = sql.exec<{ upTo: number | null }>(`SELECT max(id) AS upTo FROM fragment`).one()
        close(sql, state.names, state.pending, zones, upTo ?? 0)
      })
      state.pending = new Pending()
    } catch (error) {
      console.error(`whale ${this.site}: close failed, will try again: ${error}`)
      this.state = undefined
      this.alarmAt = Date.now() + RETRY_MS
      await this.ctx.storage.setAlarm(this.alarmAt)
    }
  }

  /** Empties this object: its site is deleted. */
  async empty(): Promise<void> {
    this.tails.close()
    await this.ctx.storage.deleteAll()
    this.state = undefined
    this.alarmAt = null
  }

  private async sayTailed(): Promise<void> {
    const { shards } = await this.settle()
    const { isOpen } = this.tails
    await askAll(shards, (shard) => hail(this.env, this.site, shard).tailed(isOpen))
  }

  /** Fragment, raw events and cursor in one transaction: the position is stored with the result. */
  private store({ shard, from, to, events, last, parts, raw, gap }: Slice): void {
    const { sql } = this.ctx.storage
    this.ctx.storage.transactionSync(() => {
      for (const part of parts) {
        const [start, until] = extentIn(part)
        sql.exec(`INSERT INTO fragment (start, until, bytes) VALUES (?, ?, ?)`, start, until, part)
      }
      for (const text of raw) sql.exec(`INSERT INTO raw (last, text) VALUES (?, ?)`, last, text)
      if (gap) sql.exec(`INSERT INTO gap (shard, start, until) VALUES (?, ?, ?)`, shard, ...gap)
      sql.exec(
        `INSERT INTO shard (shard, cursor, events, last) VALUES (?, ?, ?, ?)
         ON CONFLICT (shard) DO UPDATE SET cursor = excluded.cursor, events = events + excluded.events, last = excluded.last
         WHERE cursor = ?`,
        shard,
        to,
        events,
        last,
        from,
      )
    })
  }

  /** Closes two minutes past each hour in which something came. */
  private async setClock(): Promise<void> {
    const now = Date.now()
    if (this.alarmAt != null && this.alarmAt > now - OVERDUE_MS) return
    const at = next('hour', floor('hour', now - AFTER_THE_HOUR_MS, UTC), UTC) + AFTER_THE_HOUR_MS
    this.alarmAt = at
    await this.ctx.storage.setAlarm(at)
  }

  /** The site's zones and shards: asked of the Pod once a life and before each close, else as last heard. */
  private async settle(): Promise<Calendar> {
    if (this.calendar) return this.calendar
    const kept = this.kept()
    try {
      const asked = await pod(this.env).calendar(this.site)
      if (kept && kept !== JSON.stringify(asked)) {
        this.ctx.storage.sql.exec(`UPDATE state SET calendar = ?`, JSON.stringify(asked))
        // What is pending was cut by the old hours.
        this.state = undefined
      }
      this.calendar = asked
      return asked
    } catch (error) {
      if (!kept) throw error
      const calendar: Calendar = JSON.parse(kept)
      this.calendar = calendar
      return calendar
    }
  }

  private kept(): string | null {
    const { sql } = this.ctx.storage
    return exists(sql) ? sql.exec<{ calendar: string | null }>(`SELECT calendar FROM state`).one().calendar : null
  }

  /** Reads what a life begins with; a reader alone makes no table. */
  private wake(create: true, zones: Zones): State
  private wake(create: boolean, zones: Zones): State | undefined
  private wake(creating: boolean, zones: Zones): State | undefined {
    if (this.state) return this.state
    const { sql } = this.ctx.storage
    if (!exists(sql)) {
      if (!creating) return undefined
      this.ctx.storage.transactionSync(() => create(sql))
      sql.exec(`UPDATE state SET calendar = ?`, JSON.stringify(this.calendar))
    }
    const pending = new Pending()
    const rows = sql.exec<{ bytes: ArrayBuffer }>(`SELECT bytes FROM fragment WHERE id > (SELECT closed FROM state)`)
    for (const { bytes } of rows) pending.add(new Uint8Array(bytes), zones)
    const cursors = new Map(
      sql
        .exec<{ shard: number; cursor: number }>(`SELECT shard, cursor FROM shard`)
        .toArray()
        .map(({ shard, cursor }) => [shard, cursor] as const),
    )
    this.state = { names: new Names(sql), pending, cursors }
    return this.state
  }
}
