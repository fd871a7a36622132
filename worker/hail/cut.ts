/** Cuts slices out of a log for a receiver elsewhere: the rows that are its own, and, if it may have more, those of nobody. */
import { type Forwarded, FORWARD_VERSION } from '../../sdk/wire/forward'
import { SLICE_EVENTS } from './fold'
import type { State } from './state'

/** A slice is a few hundred kilobytes, packed: some proxies take no more than one megabyte. */
const SLICE_CHARACTERS = 1_000_000

interface Wish {
  receiver: string
  /** Its cursor. */
  from: number
  /** Whether it gets what nobody was given yet. */
  isFirst: boolean
  /** Row by row: more is too large for something on the way. */
  isNarrow: boolean
}

export interface Cut {
  from: number
  to: number
  gap?: [from: number, to: number]
  /** Rows, each a list of entries in JSON, without its brackets. */
  rows: string[]
}

/** The next one; undefined where there is nothing for the receiver. */
export function cut({ ledger, log, places }: State, { receiver, from, isFirst, isNarrow }: Wish): Cut | undefined {
  const rows: string[] = []
  let [to, events, characters] = [from, 0, 0]
  let isOwed = false
  for (const { position, entries, text } of log.after(from)) {
    const given = ledger.ownerOf(position)
    // Who has not said yet that it has its own gets nothing new: it may answer questions and take no slice.
    const owner: string | undefined = given ?? (isFirst && !isOwed ? receiver : undefined)
    const isFull = isNarrow ? events > 0 : events >= SLICE_EVENTS || characters >= SLICE_CHARACTERS
    if (owner === undefined || isFull) break
    to = position
    if (owner !== receiver) continue
    isOwed ||= given === receiver
    rows.push(text.slice(1, -1))
    events += entries
    characters += text.length
  }
  const isGone = from < places.dropped && ledger.isGiven(receiver, { from, until: places.dropped })
  if (isGone) return { from, to: Math.max(to, places.dropped), gap: [from, places.dropped], rows }
  return rows.length ? { from, to, rows } : undefined
}

/** As it goes over the network: the rows are JSON already. */
export function textOf({ rows, ...slice }: Cut, log: Pick<Forwarded, 'source' | 'generation' | 'via'>): string {
  const head = JSON.stringify({ version: FORWARD_VERSION, ...log, ...slice })
  return `${head.slice(0, -1)},"entries":[${rows.filter(Boolean).join(',')}]}`
}
