/**
 * Forwards: the log of a linked site is handed to another Graupel instead of the site's own Whale. Upstreams are tried in
 * their order, and each is asked first who it is and how far it has this log: one that is away then holds nothing up. What
 * nobody was given yet goes to the first that answers. The own Whale's cursor follows, so that readers here see what waits.
 */
import type { Forwarded, Received } from '../../sdk/wire/forward'
import type { Link } from '../pod/links'
import { cut, textOf } from './cut'
import type { Life } from './life'
import { viaOf } from './sources'
import type { State } from './state'
import { type Failure, type Mishap, Upstream } from './upstream'

/** A slice is handed on when it is this old. */
const SLICE_MS = 60_000
/** One round hands over at most so many; a log longer than that goes on with the next. */
const MOST_SLICES = 1_000
/** Who has nothing to get is asked so often: it may have been restored to an older state, and the log reaches back an hour. */
const CHECK_MS = 15 * 60_000
/** A receiver whose cursor stays where it was takes nothing. */
const MOST_STALE = 2

export interface ForwardStatus {
  /** All of the log up to here was handed on, or is in doubt. */
  cursor: number
  /** Events of which the answer was lost: only the one that was asked can say whether it has them, when it is back. */
  inDoubt: number
  /** What went wrong last at each upstream that has not answered since. */
  mishaps: Mishap[]
}

/** What the own Whale is still to have of the log, up to where that is settled. */
type Here = (state: State) => Promise<void>

interface Round {
  state: State
  link: Link
  receiver: string
  upstream: Upstream
  /** Whether it gets what nobody was given yet. */
  isFirst: boolean
}

export class Forwards {
  private upstreams: Upstream[] = []
  /** Slices were too large for something on the way: they go row by row for the rest of this life. */
  private isNarrow = false

  constructor(
    private readonly life: Life,
    private readonly here: Here,
  ) {}

  /** When there is somebody to ask again, unix milliseconds; 0: at once. */
  get notBefore(): number {
    return this.upstreams.reduce(
      (least, { notBefore }) => Math.min(least, notBefore),
      this.upstreams.length ? Infinity : 0,
    )
  }

  /** The owner changed something: nobody has to wait any longer. */
  hurry(): void {
    this.upstreams = []
  }

  status({ ledger, log }: State): ForwardStatus | undefined {
    if (!ledger.isBegun) return undefined
    const inDoubt = ledger.open.reduce((sum, { from, until }) => sum + log.count(from, until), 0)
    return { cursor: ledger.end, inDoubt, mishaps: this.upstreams.flatMap((each) => each.mishap ?? []) }
  }

  /** Hands on what waits, as far as somebody takes it; when to try again, where that was not all. */
  async round(state: State, link: Link): Promise<number | undefined> {
    const { ledger, log } = state
    this.meet(link)
    const served = new Set<string>()
    let isCut = false
    for (const upstream of this.upstreams) {
      const isFirst = !served.size
      const isMissed = ledger.open.some(({ receiver }) => !served.has(receiver))
      const isAsked = (isFirst && log.last > ledger.end) || isMissed || Date.now() - upstream.asked > CHECK_MS
      if (!isAsked || Date.now() < upstream.notBefore) continue
      const stand = await upstream.ask(this.name(state, link))
      if ('failure' in stand) continue
      const delivered = await this.deliver({ state, link, upstream, receiver: stand.receiver, isFirst }, stand.cursor)
      if (delivered !== 'failed') served.add(stand.receiver)
      if (delivered === 'cut') isCut = true
    }
    if (isCut) return Date.now()
    const isLeft = ledger.open.length > 0 || (!served.size && log.last > ledger.end)
    const waits = this.upstreams.map(({ notBefore }) => notBefore).filter((each) => each > Date.now())
    if (!isLeft || !waits.length) return undefined
    // What comes meanwhile goes to whoever takes it, and waits for nobody else.
    return Math.min(...waits, served.size ? Date.now() + SLICE_MS : Number.POSITIVE_INFINITY)
  }

  /** Who they are is asked of the Pod each time; whom it names again is the same, with what is known of him. */
  private meet({ upstreams }: Link): void {
    this.upstreams = upstreams.map(({ origin, key }) => {
      const known = this.upstreams.find((each) => each.origin === origin && each.isOf(key))
      return known ?? new Upstream(origin, key)
    })
  }

  private name({ ledger }: State, { name }: Link): Pick<Forwarded, 'source' | 'generation' | 'via'> {
    const { storage, place } = this.life
    const via = new Set([name, ...viaOf(storage.sql)])
    return { source: `${name}/${place.shard}`, generation: ledger.generation, via: [...via] }
  }

  /** Hands over slice by slice, from the receiver's own cursor on. */
  private async deliver(round: Round, stand: number): Promise<'done' | 'cut' | 'failed'> {
    const { state, upstream, receiver } = round
    let [cursor, stale] = [stand, 0]
    await this.learn(state, receiver, cursor)
    for (let sent = 0; sent < MOST_SLICES; sent++) {
      const slice = cut(state, { ...round, from: cursor, isNarrow: this.isNarrow })
      if (!slice) return 'done'
      if (slice.to > state.ledger.end) await this.give(state, slice.to, receiver)
      const received = await upstream.send(textOf(slice, this.name(state, round.link)))
      if (this.isFailure(received, round)) return 'failed'
      stale = received.cursor > cursor ? 0 : stale + 1
      cursor = received.cursor
      await this.learn(state, receiver, cursor)
      if (stale < MOST_STALE) continue
      upstream.failed('takes nothing of what it is sent')
      return 'failed'
    }
    return 'cut'
  }

  private isFailure(received: Received | Failure, { upstream, receiver }: Round): received is Failure {
    if ('failure' in received) {
      if (received.isTooLarge) this.isNarrow = true
      return true
    }
    // Another server stands behind the address now: the next round asks who that is.
    if (received.receiver !== receiver) upstream.failed('is another site than a moment ago')
    return received.receiver !== receiver
  }

  /** What a receiver says is so, even where this log was restored and knows nothing of it. */
  private async learn(state: State, receiver: string, cursor: number): Promise<void> {
    state.ledger.learn(receiver, cursor)
    if (cursor > state.ledger.end) await this.give(state, cursor, receiver)
  }

  /** Written down first, then the own Whale lets go of it, and then it may be sent. */
  private async give(state: State, until: number, receiver: string): Promise<void> {
    state.ledger.assign(until, receiver)
    await this.here(state)
  }
}
