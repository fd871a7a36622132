/**
 * Folds log rows into a fragment. The open slice is folded once, row by row, as readers peek;
 * it is only a cache of the log and can be thrown away at any time.
 */
import type { Event } from '../../sdk/wire/event'
import { encode, Fragment } from '../rollup/fragment'
import { type Peek, SLICE_VERSION, type Slice } from '../whale/slice'
import type { Log, Row } from './log'

/** A slice is merged when it holds this many events: a bound on memory and on one RPC. */
export const SLICE_EVENTS = 5_000
/** … or so many characters: one RPC carries 32 MiB at most. */
const SLICE_CHARACTERS = 6 * 1024 * 1024
/** … or so many cells, each of up to 32 numbers of some ten bytes. */
const SLICE_CELLS = 40_000
/** Raw events go to the Whale in texts of about this size, each a row there. */
const RAW_CHARACTERS = 256 * 1024

const PER_MS = 1024

export class Open {
  private fragment = new Fragment()
  private raw: string[] = []
  private rawLength = 0
  private to: number
  events = 0

  constructor(readonly from: number) {
    this.to = from
  }

  /** Folds what the log holds beyond the last fold, up to a bound; whether there is more. */
  fold(log: Log): boolean {
    for (const row of log.after(this.to)) {
      if (this.isFull) return true
      this.add(row)
    }
    return false
  }

  /** Bounded in events, in text and in what it became: names in many types and paths make a small text large. */
  private get isFull(): boolean {
    return this.events >= SLICE_EVENTS || this.rawLength >= SLICE_CHARACTERS || this.fragment.size >= SLICE_CELLS
  }

  peek(): Peek {
    const { from, to, events } = this
    return { version: SLICE_VERSION, from, to, events, last: Math.floor(to / PER_MS), parts: encode(this.fragment) }
  }

  slice(shard: number, gap?: [number, number]): Slice {
    const slice = { ...this.peek(), shard, raw: this.rawTexts() }
    return gap ? { ...slice, gap } : slice
  }

  private add(row: Row): void {
    const entries: Event[][] = JSON.parse(row.text)
    for (const events of entries) {
      for (const event of events) this.fragment.add(event)
    }
    this.raw.push(row.text)
    this.rawLength += row.text.length
    this.events += row.entries
    this.to = row.position
  }

  private rawTexts(): string[] {
    const texts: string[] = []
    let text = ''
    for (const row of this.raw) {
      if (text && text.length + row.length > RAW_CHARACTERS) {
        texts.push(`[${text}]`)
        text = ''
      }
      // A row is a list of entries: without its brackets it joins a longer list.
      text += (text && ',') + row.slice(1, -1)
    }
    return text ? [...texts, `[${text}]`] : texts
  }
}
