/**
 * Hail receives. There may be many per site, so that no single object feels the whole storm.
 * It drops replays, answers as soon as a batch lies in its own log, and hands slices of the log to the site's Whale.
 * It knows nothing of graphs. Survives: eviction, restart, an absent Whale. Does not survive: loss of its own storage.
 *
 * Exactly once rests on three things: an id is known from the moment it waits until it is too late to come again;
 * a commit that fails takes its ids back; and the Whale stores a slice's position together with the slice.
 */
import { DurableObject } from 'cloudflare:workers'
import { type Env, whale } from '../env'
import type { LiveQuestion, Pulse } from '../whale/live'
import type { Notes, Peek, Told } from '../whale/slice'
import type { Spied, SpyQuestion } from '../whale/spy'
import { Commits, type Receipt } from './commits'
import type { Named } from './elsewhere'
import { SLICE_EVENTS } from './fold'
import type { ForwardStatus } from './forwards'
import { Life } from './life'
import type { Entry } from './log'
import { Merges } from './merges'
import { notesAfter } from './notes'
import { Pulses } from './pulse'
import { type Raw, rawAfter } from './raw'
import { recent, typesAfter } from './recent'
import { type SourceSlice, Sources, sourcesOf, type SourceStatus, type Taken } from './sources'
import type { State } from './state'
import { Teller } from './tell'

export interface HailStatus {
  shard: number
  /** The last committed event's arrival, unix milliseconds; 0 for none. */
  last: number
  /** Events in the log that nobody has merged; of a linked site, that are not known to have arrived. */
  waiting: number
  /** Types of the newest of them. */
  types: string[]
  /** When the first of those arrived, unix milliseconds. */
  oldest?: number
  /** Of a site that is, or was, forwarded. */
  forward?: ForwardStatus
  /** Other Graupels that forward to this one, and what is missing of their logs. */
  sources?: SourceStatus[]
  gaps?: { source: string; start: number; until: number }[]
}

export class Hail extends DurableObject<Env> {
  private readonly life: Life
  private readonly commits: Commits
  private readonly merges: Merges
  private readonly teller: Teller
  private readonly sources: Sources
  private pulses = new Pulses()

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const [site = 0, shard = 0] = (ctx.id.name ?? '').split('/').map(Number)
    this.life = new Life({ site, shard }, ctx.storage, env)
    this.teller = new Teller(() => whale(env, site))
    this.merges = new Merges(this.life, () => this.empty())
    const written = (entries: Entry[], { unmerged }: State) => {
      ctx.waitUntil(this.teller.tell(entries, Date.now()))
      if (unmerged >= SLICE_EVENTS) ctx.waitUntil(this.merge())
    }
    this.commits = new Commits(this.life, written)
    this.sources = new Sources(this.life, written)
  }

  /** Resolves when every entry is on disk, in this batch or before. Throws where the disk does: nothing was counted. */
  append(entries: Entry[]): Promise<Receipt> {
    return this.commits.append(entries)
  }

  /** Which ids are on disk here: for a Hail that came later, and may be sent the same bytes. */
  knows(named: Named[]): Promise<boolean[]> {
    return this.commits.knows(named)
  }

  /** A slice of another Graupel's log; resolves when it is on disk, or was. Throws where the disk does. */
  receive(slice: SourceSlice): Promise<Taken> {
    return this.sources.take(slice)
  }

  /** How far another Graupel's log has come. Writes nothing. */
  async cursorOf(source: string, generation: string): Promise<number> {
    return this.sources.cursor(source, generation)
  }

  /** Whether or where the site is forwarded was changed: what waits goes there now. */
  async hurry(): Promise<void> {
    this.ctx.waitUntil(this.merges.hurry())
  }

  /** What the Whale has not merged, folded for a reader. */
  peek(cursor: number): Promise<Peek> {
    return this.merges.peek(cursor)
  }

  /** The raw events that the Whale has not merged. Writes nothing. */
  async raw(cursor: number): Promise<Raw> {
    const state = this.life.look()
    return state ? rawAfter(state.log, cursor, state.ledger.isHere) : { from: cursor, raw: [] }
  }

  /** What its log tells the site's decisions after a position. Writes nothing. */
  async notes(after: number): Promise<Notes> {
    const state = this.life.look()
    return state ? notesAfter(state.log, after, state.ledger.isHere) : { from: after, to: after, notes: [] }
  }

  /** Single events that the Whale has not merged. Writes nothing. */
  async spy(cursor: number, question: SpyQuestion): Promise<Spied> {
    const log = this.life.look()?.log
    return log ? recent(log, cursor, question) : { from: cursor, examined: 0, found: [] }
  }

  /** What came in the last minutes, merged or not. Writes nothing. */
  async pulse(question: LiveQuestion): Promise<Pulse> {
    const log = this.life.look()?.log
    return log ? this.pulses.ask(log, question) : { second: 0, minute: 0, keys: [], last: [], partial: false }
  }

  /** Somebody tails the site from now on, or nobody does any more. */
  async tailed(isTailed: boolean): Promise<void> {
    this.teller.hear(isTailed)
  }

  async status(): Promise<HailStatus> {
    const { shard } = this.life.place
    const state = this.life.look()
    if (!state) return { shard, last: 0, waiting: 0, types: [] }
    const forward = this.merges.forwardStatus(state)
    const oldest = state.log.arrivedAfter(Math.min(state.places.merged, state.ledger.held(Date.now())))
    return {
      shard,
      last: Math.floor(state.log.last / 1024),
      waiting: state.unmerged + (forward?.inDoubt ?? 0),
      types: typesAfter(state.log, state.places.merged),
      ...(oldest !== undefined && { oldest }),
      ...(forward && { forward }),
      ...sourcesOf(this.ctx.storage.sql),
    }
  }

  override async alarm(): Promise<void> {
    this.life.rang()
    await this.merge()
  }

  /** Hands all that is committed to the Whale, slice by slice. Safe to call at any time and twice. */
  merge(): Promise<void> {
    return this.merges.merge()
  }

  /** Takes out of the log what a reset says. Throws where the Whale is away. */
  async forget(told: Told): Promise<void> {
    await this.merges.forget(told)
    this.pulses = new Pulses()
  }

  /** Lets go of what a site that fell silent would keep. */
  tidy(): Promise<void> {
    return this.merges.tidy()
  }

  /** Empties this object: its site is deleted. */
  async empty(): Promise<void> {
    await this.ctx.storage.deleteAll()
    this.life.end()
    this.merges.end()
    this.pulses = new Pulses()
  }
}
