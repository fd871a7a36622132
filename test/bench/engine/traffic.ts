/**
 * A shop's traffic, the same in every run: sessions begin by chance, each of one to twelve pages, and their views become
 * events as those of a beacon do. Pure: time is what it is told.
 */
import { type Event, FLAG } from '../../../sdk/wire/event'
import { eventsOf } from '../../../worker/ingest/events'
import { type Chance, chanceOf, gap } from './chance'
import { type Visit, visitsOf } from './visit'

const SECOND = 1_000
/** From one page to the next, on average. */
const READING_MS = 40 * SECOND
const MOST_PAGES = 12
const HOST = 'shop.example'
/** The share of sessions of somebody who was here today; the others are new. */
const RETURNING = 0.2
/** People who may return. */
const REMEMBERED = 1_000
const ALL_FLAGS = Object.values(FLAG).reduce((sum, flag) => sum | flag, 0) & ~FLAG.second
const VISITOR_VALUES = 2 ** 40

interface Session extends Visit {
  visitor: number
  isNew: boolean
  began: number
  pages: number
  entry: string
  previous: string
  /** Views so far. */
  seen: number
}

/** What a route makes of one beacon. */
export interface View {
  /** Unix milliseconds. */
  at: number
  /** Ten characters, one a byte. */
  id: string
  events: Event[]
}

export class Traffic {
  /** Views taken so far. */
  taken = 0
  private readonly chance: Chance
  private readonly visits: ReturnType<typeof visitsOf>
  private readonly queue = new Queue<Session>()
  private readonly visitors: number[] = []
  private readonly betweenMs: number

  /** So many views a second from `start` on (unix milliseconds), in the mean. */
  constructor(seed: number, start: number, rate: number) {
    this.chance = chanceOf(seed)
    this.visits = visitsOf(this.chance)
    this.betweenMs = (((1 + MOST_PAGES) / 2) * SECOND) / rate
    this.begin(start)
  }

  /** When the next view comes, unix milliseconds. */
  get next(): number {
    return this.queue.least
  }

  take(): View {
    const at = this.next
    const session = this.queue.take()
    if (session.seen === 0) this.begin(at)
    const events = this.view(session, at)
    if (session.seen < session.pages) this.queue.put(at + gap(this.chance, READING_MS), session)
    this.taken += 1
    return { at, id: this.id(), events }
  }

  /** All views before a time. */
  *until(end: number): Generator<View> {
    while (this.next < end) yield this.take()
  }

  private begin(after: number): void {
    const began = after + gap(this.chance, this.betweenMs)
    const isNew = !this.visitors.length || this.chance() >= RETURNING
    const visitor = isNew ? this.below(VISITOR_VALUES) : this.visitors[this.below(this.visitors.length)]!
    if (isNew)
      this.visitors[this.visitors.length < REMEMBERED ? this.visitors.length : this.below(REMEMBERED)] = visitor
    const pages = 1 + this.below(MOST_PAGES)
    const rest = { visitor, isNew, began, pages, entry: '', previous: '', seen: 0 }
    this.queue.put(began, { ...this.visits.visit(), ...rest })
  }

  private view(session: Session, at: number): Event[] {
    const path = this.visits.page()
    const { facts, referrer, visitor, isNew, began, entry, previous } = session
    session.seen += 1
    const firsts = isNew ? ALL_FLAGS : FLAG.session
    const flags = session.seen === 1 ? firsts : session.seen === 2 ? FLAG.second : 0
    const age = Math.round((at - began) / SECOND)
    const plaintext = {
      ts: at,
      page: HOST + path,
      referrer,
      width: 1200,
      sayings: [['p', flags, age, previous, entry] as const],
    }
    session.entry ||= path
    session.previous = path
    return eventsOf({ kind: 'beacon', site: 1, id: '', plaintext }, facts, at).map((event) =>
      event.metrics.hits === 1 ? { ...event, visitor, daily: true } : event,
    )
  }

  private id(): string {
    const bytes: number[] = []
    for (let word = 0; word < 5; word++) {
      const value = this.below(2 ** 16)
      bytes.push(value >> 8, value & 255)
    }
    return String.fromCharCode(...bytes)
  }

  private below(count: number): number {
    return Math.floor(this.chance() * count)
  }
}

/** What comes first by time: a binary heap. */
class Queue<T> {
  private readonly heap: { at: number; item: T }[] = []

  get least(): number {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  put(at: number, item: T): void {
    const { heap } = this
    let i = heap.push({ at, item }) - 1
    while (i > 0 && heap[(i - 1) >> 1]!.at > at) {
      heap[i] = heap[(i - 1) >> 1]!
      i = (i - 1) >> 1
    }
    heap[i] = { at, item }
  }

  take(): T {
    const { heap } = this
    const { item } = heap[0]!
    const last = heap.pop()!
    if (!heap.length) return item
    let i = 0
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++
      if (heap[child]!.at >= last.at) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
    return item
  }
}
