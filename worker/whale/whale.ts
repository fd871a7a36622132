/**
 * Whale keeps. One per site: it takes slices from the site's Hails, stores each together with the position it came
 * from, closes what is pending into cells, lets go of what is too old, and answers. It knows nothing of
 * envelopes or browsers.
 * Survives: eviction, restart, a slice sent twice, an answer lost. Sleeps: its only clock is one alarm, set for the
 * next close, or for when something will be too old.
 */
import { DurableObject } from 'cloudflare:workers'
import { type Env, hail } from '../env'
import type { Definition } from '../decide/definition'
import type { Scope } from '../rollup/erase'
import { floor, next, type Zones } from '../rollup/interval'
import type { Beginning, Board, BoardQuestion, Changes, Standing, Totals } from './board'
import { Rosters } from './rosters'
import { Chores } from './chores'
import type { CubeQuestion } from './cube'
import { Decisions } from './decisions'
import type { ExcerptQuestion } from './excerpt'
import type { JournalQuestion, Page } from './page'
import { Life } from './life'
import type { Live, LiveQuestion } from './live'
import type { Question } from './question'
import type { RankQuestion } from './rank'
import { type Answered, Readings } from './readings'
import { askAll } from './shards'
import type { Merged, Slice } from './slice'
import type { SpyQuestion } from './spy'
import { statusOf, type WhaleStatus } from './status'
import { store } from './store'
import { type News, Tails } from './tail'

/** Slices of the day just gone have come by then; readers miss nothing meanwhile, since pending is overlaid. */
const AFTER_THE_DAY_MS = 2 * 60_000
/** What is pending is closed when the day is over, or when it holds so many paths, which is memory … */
const MOST_PATHS = 40_000
/** … or is made of so many cells, which are read again on waking. */
const MOST_CELLS = 80_000

export class Whale extends DurableObject<Env> {
  private readonly life: Life
  private readonly readings: Readings
  private readonly chores: Chores
  private readonly decisions: Decisions
  private readonly rosters: Rosters
  private readonly tails: Tails

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.life = new Life(Number(ctx.id.name), ctx.storage, env)
    this.readings = new Readings(this.life)
    this.chores = new Chores(this.life)
    this.decisions = new Decisions(this.life, this.chores)
    this.rosters = new Rosters(this.life, this.readings, this.chores)
    this.tails = new Tails(ctx)
  }

  /**
   * Takes a slice, or, where it does not begin at the cursor, changes nothing; the cursor either way.
   * A Hail folds again after a crash or a lost answer, so a slice may come twice: the cursor makes the second a no-op.
   */
  async merge(slice: Slice): Promise<Merged> {
    const { life } = this
    const terms = await life.settle()
    if (!terms) {
      await this.empty()
      return { gone: true }
    }
    let state = life.wake(terms)
    const cursor = state.cursors.get(slice.shard) ?? 0
    if (terms.linked && !slice.here) return { cursor, linked: true }
    if (slice.from !== cursor) return { cursor }
    if (slice.resets?.length) state = this.chores.hear(slice.resets, terms)
    const { learning } = state
    const parts = store(life.storage, slice, { learning, keepRaw: terms.keep.raw > 0, now: Date.now() })
    state.cursors.set(slice.shard, slice.to)
    life.version += 1
    try {
      for (const part of parts) state.pending.add(part, terms.zones)
    } catch (error) {
      // It is stored; only what memory made of it is in doubt, and waking makes that anew.
      life.doze()
      throw error
    }
    if (state.pending.cells > MOST_CELLS || state.pending.paths > MOST_PATHS) await this.close()
    await life.alarmBy(nextClose(Date.now(), terms.zones))
    return { cursor: slice.to }
  }

  /** How far it has a Hail's log, where the site is linked; a Hail of this release asks before it hands the log elsewhere. */
  async stand(shard: number): Promise<Merged> {
    const terms = await this.life.settle()
    if (!terms) {
      await this.empty()
      return { gone: true }
    }
    return { cursor: this.life.look(terms)?.cursors.get(shard) ?? 0 }
  }

  answer(question: Question): Promise<Answered> {
    return this.readings.answer(question)
  }

  search(question: Question): Promise<Answered> {
    return this.readings.search(question)
  }

  rank(question: RankQuestion) {
    return this.readings.rank(question)
  }

  cube(question: CubeQuestion) {
    return this.readings.cube(question)
  }

  excerpt(question: ExcerptQuestion) {
    return this.readings.excerpt(question)
  }

  spy(question: SpyQuestion) {
    return this.readings.spy(question)
  }

  live(question: LiveQuestion): Promise<Live> {
    return this.readings.live(question)
  }

  /** The site's experiments, and with which probabilities one of them serves its options to whom. */
  board(question: BoardQuestion): Promise<Board> {
    return this.decisions.board(question)
  }

  /** Makes an experiment, or says why not. */
  begin(beginning: Beginning): Promise<Definition | { problem: string }> {
    return this.decisions.begin(beginning)
  }

  /** Changes one under way; undefined where there is none of that name. */
  change(decision: string, changes: Changes): Promise<Definition | undefined> {
    return this.decisions.change(decision, changes)
  }

  /** Takes one away with all that it has learnt and counted; false where there is none of that name. */
  abandon(decision: string): Promise<boolean> {
    return this.decisions.abandon(decision)
  }

  /** Where one stands, against any of its options; undefined where there is none of that name, or no such option. */
  totals(): Promise<Totals[]> {
    return this.decisions.totals()
  }

  standing(decision: string, control?: string): Promise<Standing | undefined> {
    return this.decisions.standing(decision, control)
  }

  /** A page of one's decisions, each with what came of it; undefined where there is none of that name. */
  decided(question: JournalQuestion): Promise<Page | { problem: string } | undefined> {
    return this.decisions.decided(question)
  }

  /** What was counted by visitors in a namespace: all, or what a list between commas names. */
  tracked(namespace: string, scope?: string) {
    return this.rosters.tracked(namespace, scope)
  }

  /** Takes such an experiment away, and its name begins anew; false where there is none. */
  untrack(namespace: string, experiment: string): Promise<boolean> {
    return this.rosters.untrack({ namespace, experiment })
  }

  async status(): Promise<WhaleStatus> {
    return statusOf(this.life.sql, this.life.look(await this.life.settled()))
  }

  /** The site's settings changed: asks the Pod anew. */
  async resettle(): Promise<void> {
    this.life.unsettle()
    this.life.doze()
    // What is kept may be shorter now.
    await this.chores.plan()
  }

  override alarm(): Promise<void> {
    return this.chores.all()
  }

  /** Writes all that is pending into the cells. */
  close(): Promise<void> {
    return this.chores.close()
  }

  /** Takes a scope out of all that this site has. */
  reset(scope: Scope): Promise<void> {
    return this.chores.reset(scope)
  }

  /** Empties this object: its site is deleted. */
  async empty(): Promise<void> {
    this.tails.close()
    await this.ctx.storage.deleteAll()
    this.life.end()
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

  private async sayTailed(): Promise<void> {
    const { site } = this.life
    const terms = await this.life.settle()
    if (!terms) return
    const { isOpen } = this.tails
    await askAll(terms.shards, (shard) => hail(this.env, site, shard).tailed(isOpen))
  }
}

const nextClose = (now: number, zones: Zones): number =>
  next('day', floor('day', now - AFTER_THE_DAY_MS, zones), zones) + AFTER_THE_DAY_MS
