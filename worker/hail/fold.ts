/**
 * Folds log rows into a fragment. The open slice is folded once, row by row, as readers peek;
 * it is only a cache of the log and can be thrown away at any time.
 */
import type { Event } from '../../sdk/wire/event'
import type { Note } from '../../sdk/wire/note'
import { encode as encodeEvents } from '../rollup/archive'
import { encode, Fragment } from '../rollup/fragment'
import { type Noted, type Peek, SLICE_VERSION, type Slice } from '../whale/slice'
import type { Log, Row } from './log'

/** A slice is merged when it holds this many events: a bound on memory and on one RPC. */
export const SLICE_EVENTS = 5_000
/** … or so many characters: one RPC carries 32 MiB at most. */
const SLICE_CHARACTERS = 6 * 1024 * 1024
/** … or so many cells, or bytes of them: names in many types and paths make a small text large. */
const SLICE_CELLS = 40_000
const SLICE_BYTES = 8 * 1024 * 1024
const PER_MS = 1024

export class Open {
  private fragment = new Fragment()
  private raw: string[] = []
  private notes: Noted[] = []
  private rawLength = 0
  private to: number
  events = 0

  /** Rows of others are passed over: the site's own Whale is not to have them. */
  constructor(
    readonly from: number,
    private readonly isHere: (position: number) => boolean = () => true,
  ) {
    this.to = from
  }

  /** Folds what the log holds beyond the last fold, up to a bound or a position; whether there is more. */
  fold(log: Log, upTo?: number): boolean {
    for (const row of log.after(this.to)) {
      if (upTo !== undefined && row.position > upTo) break
      if (this.isFull) return true
      if (this.isHere(row.position)) this.add(row)
      this.to = row.position
    }
    this.to = Math.max(this.to, upTo ?? 0)
    return false
  }

  /** Whether it reaches no further than where it begins. */
  get isEmpty(): boolean {
    return this.to === this.from
  }

  /** Bounded in events, in text and in what it became. */
  private get isFull(): boolean {
    const { events, rawLength, fragment } = this
    return (
      events >= SLICE_EVENTS ||
      rawLength >= SLICE_CHARACTERS ||
      fragment.size >= SLICE_CELLS ||
      fragment.bytes >= SLICE_BYTES
    )
  }

  peek(): Peek {
    const { from, to, events } = this
    return { version: SLICE_VERSION, from, to, events, last: Math.floor(to / PER_MS), parts: encode(this.fragment) }
  }

  slice(shard: number): Slice {
    const { notes } = this
    return { ...this.peek(), shard, raw: encodeEvents(this.raw.flatMap(eventsIn)), ...(notes.length && { notes }) }
  }

  private add(row: Row): void {
    for (const event of eventsIn(row.text)) {
      this.fragment.add(event, row.position / PER_MS)
      if (event.note) this.notes.push(noted(event, event.note, row.position))
    }
    this.raw.push(row.text)
    this.rawLength += row.text.length
    this.events += row.entries
  }
}

/** A row's text is a list of entries, each a list of events. */
export const eventsIn = (text: string): Event[] => (JSON.parse(text) as Event[][]).flat() // What deliver wrote.

/** What the sender says for its context takes no room; else the event's dimensions are what was known. */
export const noted = ({ at, dimensions }: Event, note: Note, position: number): Noted => ({
  position,
  at,
  note,
  ...(isOpen(note) && { dimensions }),
})

const isOpen = (note: Note): boolean => note.kind === 'outcome' || (note.kind !== 'track' && !note.context)
