/**
 * What came lately, by second and by key: for one question at a time, folded from the log's last minutes, newest rows
 * first, and kept in memory up to the row it has seen. It is only a cache of the log, so a restart changes no answer.
 */
import type { Event, Path } from '../../sdk/wire/event'
import { expand } from '../rollup/dimension'
import { PER_MINUTE, PER_SECOND, UNIQUE, Windows } from '../rollup/rate'
import { isCountedUnder } from '../rollup/pattern'
import type { LiveQuestion, Pulse } from '../whale/live'
import { eventsIn } from './fold'
import { type Log, positionAt } from './log'

/** A partition that said nothing for so long has no last value. It also is how far back by arrival events are sought. */
const KEPT_MS = 300_000
/** Beyond this the rates look at nothing: a second for the window, one for its end. */
const RATED_MS = (PER_MINUTE.buffer + 2) * 1_000
/** Events folded for one answer: a tenth of a second of work. What is older is left out, and said so. */
const MOST_EVENTS = 50_000
/** Keys and partitions of one question: bounded memory, whatever names are sent. */
const MOST_KEYS = 1_000
/** Questions kept; a dashboard asks a handful over and over. */
const MOST_QUESTIONS = 8

export class Pulses {
  /** By question, the least recently asked first. */
  private readonly known = new Map<string, Recent>()

  ask(log: Log, question: LiveQuestion): Pulse {
    const { type, dimension, metric, by, now } = question
    const key = JSON.stringify([type, dimension, metric, by])
    const recent = this.known.get(key) ?? new Recent(question)
    this.known.delete(key)
    this.known.set(key, recent)
    for (const [oldest] of this.known) if (this.known.size > MOST_QUESTIONS) this.known.delete(oldest)
    recent.fold(log, now)
    return recent.pulse(now)
  }
}

interface Value {
  at: number
  position: number
  value: number
}

class Recent {
  private readonly own = new Windows()
  private readonly keys = new Map<string, Windows>()
  private readonly last = new Map<string, Value>()
  /** The last position seen, and the arrival before which something was left out. */
  private seen = 0
  private leftOut = 0

  constructor(private readonly question: LiveQuestion) {}

  /** Looks at what arrived since it last did. */
  fold(log: Log, now: number): void {
    this.forget(now)
    let events = 0
    for (const { position, arrived, entries, text } of log.newest(Math.max(this.seen, positionAt(now - KEPT_MS)))) {
      events += entries
      if (events > MOST_EVENTS) {
        this.leftOut = arrived
        break
      }
      for (const event of eventsIn(text).reverse()) this.add(event, position, now)
    }
    this.seen = log.last
  }

  pulse(now: number): Pulse {
    const seen = [...this.keys].filter(([, windows]) => windows.isSeen(UNIQUE, now))
    return {
      second: this.own.sum(PER_SECOND.buffer, now),
      minute: this.own.sum(PER_MINUTE.buffer, now),
      keys: seen.map(([name, windows]) => ({ name, second: windows.sum(PER_SECOND.buffer, now) })),
      last: [...this.last].map(([partition, { at, value }]) => ({ partition, at, value })),
      partial: this.leftOut > now - RATED_MS,
    }
  }

  private add(event: Event, position: number, now: number): void {
    const { type, dimension, metric, by } = this.question
    if (event.at < now - KEPT_MS || !isCountedUnder(event.type, type)) return
    const value = valueOf(event, metric)
    if (value === undefined) return
    for (const path of expand(event.dimensions)) {
      if (isAt(path, dimension)) this.own.add(event.at, value)
      if (isChildOf(path, dimension)) this.windows(path.at(-1)!, now)?.add(event.at, value)
      if (isChildOf(path, by)) this.lay(path.at(-1)!, { at: event.at, position, value }, now)
    }
  }

  private windows(name: string, now: number): Windows | undefined {
    const known = this.keys.get(name)
    if (known) return known
    if (this.keys.size >= MOST_KEYS) {
      this.leftOut = now
      return undefined
    }
    const made = new Windows()
    this.keys.set(name, made)
    return made
  }

  /** The newest by event time stands; of one moment, what arrived last. Rows come newest first, and so within a row. */
  private lay(partition: string, value: Value, now: number): void {
    const known = this.last.get(partition)
    if (!known && this.last.size >= MOST_KEYS) this.leftOut = now
    else if (!known || value.at > known.at || (value.at === known.at && value.position > known.position)) {
      this.last.set(partition, value)
    }
  }

  private forget(now: number): void {
    this.own.forget(now)
    for (const [name, windows] of this.keys) if (windows.forget(now)) this.keys.delete(name)
    for (const [partition, { at }] of this.last) if (at < now - KEPT_MS) this.last.delete(partition)
  }
}

/** `hits` is 1 unless given, and a gauge is a metric like any other here. */
function valueOf({ metrics, gauges }: Event, name: string): number | undefined {
  if (Object.hasOwn(metrics, name)) return metrics[name]
  if (gauges && Object.hasOwn(gauges, name)) return gauges[name]
  return name === 'hits' ? 1 : undefined
}

const isBelow = (path: Path, parent: Path): boolean => parent.every((name, i) => path[i] === name)
const isAt = (path: Path, place: Path): boolean => path.length === place.length && isBelow(path, place)
const isChildOf = (path: Path, parent: Path): boolean => path.length === parent.length + 1 && isBelow(path, parent)
