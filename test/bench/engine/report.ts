/** What the bench asks of its Worker and is told: shapes alone, known on both sides of the wire. */
import type { Interval } from '../../../sdk/wire/query'

export interface Rate {
  /** Views a second. */
  rate: number
  warmHours: number
  hours: number
}

export type Kind = 'pod' | 'hail' | 'whale'

/** How much of a kind of object was asked. */
export interface Present {
  /** Alarms included. */
  calls: number
  /** Somebody waited for it. */
  busyMs: number
  /** … or it had not fallen asleep yet. */
  awakeMs: number
}

/** Who was there for so many events, in so long. */
export interface Presence extends Record<Kind, Present> {
  events: number
  seconds: number
  rowsRead: number
}

export interface Played {
  /** In the measured hours. */
  events: number
  alarms: number
  rows: Record<string, number>
  presence: Presence
  /** Warming included: what was deleted by the leaps, and what is left after them. */
  eventsInAll: number
  aged: Record<string, number>
  left: Weights['tables']
}

/** What an object holds on disk. */
export interface Weights {
  /** Bytes of its file, but for pages left free. */
  file: number
  /** Bytes are those of texts and blobs. */
  tables: Record<string, { rows: number; bytes: number }>
}

/** Envelopes to be opened, and what opens them. */
export interface Sealed {
  texts: string[]
  /** As GRAUPEL_MASTER has it. */
  master: string
  /** Unix milliseconds. */
  now: number
}

export interface Asked {
  type?: string
  dimension: string[]
  interval: Interval
  /** How far back from now, milliseconds. */
  length: number
  depth?: number
}

export interface Given extends Rate, Asked {
  site: number
  views: number
  days: number
  paths: number
  minutes: number
  table: string
  sealed: Sealed
  count: number
  cold: boolean
}
