/**
 * How far a zone's clocks are ahead of UTC. The runtime's own zone data says so, at microseconds a question, while
 * every merged cell asks: answers are kept for stretches of four days, split where the clocks change.
 */

const MINUTE = 60_000
const DAY = 86_400_000
/** No zone has changed its clocks and changed them back within a week since 1970, so ends that agree speak for all between. */
const STRETCH = 4 * DAY
/** 45 years of stretches, some 200 KB: more than a site's whole history. */
const MOST_STRETCHES = 4_096
/** Readers may ask in any zone; beyond this many, memory starts anew. */
const MOST_ZONES = 64
/** The range of Date. */
const LAST_MOMENT = 8.64e15

/** The offset at a stretch's start, and each change within it; times and offsets in milliseconds. */
interface Stretch {
  offset: number
  changes: { at: number; offset: number }[]
}

/** `2/1/2026, GMT-03:30`, or `GMT` alone; before 1972 a zone may have seconds. */
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

export class Clock {
  private readonly format: Intl.DateTimeFormat
  private readonly stretches = new Map<number, Stretch>()
  private latest: Stretch = { offset: 0, changes: [] }
  private latestIndex = Number.NaN

  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  }

  /** Local time minus UTC, in milliseconds. */
  offset(ms: number): number {
    const { offset, changes } = this.stretch(Math.floor(ms / STRETCH))
    for (let i = changes.length - 1; i >= 0; i--) if (changes[i]!.at <= ms) return changes[i]!.offset
    return offset
  }

  private stretch(index: number): Stretch {
    if (index === this.latestIndex) return this.latest
    let stretch = this.stretches.get(index)
    if (!stretch) {
      stretch = this.ask(index * STRETCH)
      if (this.stretches.size >= MOST_STRETCHES) this.stretches.clear()
      this.stretches.set(index, stretch)
    }
    this.latest = stretch
    this.latestIndex = index
    return stretch
  }

  private ask(start: number): Stretch {
    const end = start + STRETCH
    const [offset, last] = [this.askAt(start), this.askAt(end)]
    const stretch: Stretch = { offset, changes: [] }
    let known = offset
    let from = start
    while (known !== last) {
      from = this.changeAfter(from, end, known)
      known = this.askAt(from)
      stretch.changes.push({ at: from, offset: known })
    }
    return stretch
  }

  /** Clocks change on a whole minute. */
  private changeAfter(from: number, end: number, offset: number): number {
    let [before, after] = [from, end]
    while (after - before > MINUTE) {
      const middle = before + Math.floor((after - before) / MINUTE / 2) * MINUTE
      if (this.askAt(middle) === offset) before = middle
      else after = middle
    }
    return after
  }

  private askAt(ms: number): number {
    const text = this.format.format(Math.max(-LAST_MOMENT, Math.min(ms, LAST_MOMENT)))
    const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(text) ?? []
    const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offset : offset
  }
}

const clocks = new Map<string, Clock>()

/** Throws RangeError for a zone nobody knows. */
export function clockOf(zone: string): Clock {
  const known = clocks.get(zone)
  if (known) return known
  const made = new Clock(zone)
  if (clocks.size >= MOST_ZONES) clocks.clear()
  clocks.set(zone, made)
  return made
}
