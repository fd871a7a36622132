/**
 * What is said and what is counted. A `Plaintext` is what a browser seals; an `Event` is what the worker counts,
 * after it has added what only it knows. The positional JSON of a plaintext is specified in README.md beside this file.
 */
import type { Note } from './note'

/** A nested name/value tree: `{country: {US: 'CA'}}`, `'services'`, `['t','a']`, or ready paths `[['t','a'],['b']]`. */
export type Dimensions =
  | string
  | number
  | boolean
  | null
  | readonly Dimensions[]
  | { readonly [name: string]: Dimensions }

/** The address of a dimension; the empty path is the root, shown as `_`. */
export type Path = readonly string[]

/** Numbers by metric name. `hits` is 1 unless given. */
export type Numbers = Record<string, number>

export interface Event {
  /** When it counts, unix milliseconds. */
  at: number
  /** A dotted name; every prefix is counted. */
  type: string
  dimensions: Dimensions
  metrics: Numbers
  /** Measured values by name: of a gauge the last by event time stands, with least, greatest and mean beside it. */
  gauges?: Numbers
  /** Whose event it is: the first 40 bits of a keyed hash, a whole number; what distinct counts are made of. */
  visitor?: number
  /** The hash is salted by the day: the same person is another one tomorrow. */
  daily?: true
  /** What it tells the site's decisions, beside what it counts; the door has checked it. */
  note?: Note
}

/** Bits of a pageview's flags: what this view is the first of, in the site's calendar. */
export const FLAG = {
  session: 1,
  day: 2,
  month: 4,
  ever: 8,
  /** The session's second page: from now on it is engaged. */
  second: 16,
  week: 32,
  quarter: 64,
  year: 128,
} as const

/** One thing a browser noticed. Receivers ignore unknown codes and trailing items. */
export type Saying =
  | readonly ['p', flags: number, ageSeconds?: number, previousPath?: string, entryPath?: string]
  | readonly ['e', seconds: number, scrollPercent: number]
  | readonly ['d', url: string]
  | readonly ['o', url: string]
  | readonly ['c', dimensions: Dimensions, metrics: Numbers, type: string]
  /** Envelopes that were dropped unsent, since more waited than a browser keeps. */
  | readonly ['l', envelopes: number]
  /** An option was shown. The id is what `/decide` answered, or one that the browser made as it chose by itself. */
  | readonly ['x', decision: string, option: string, id: string]
  /** It was worth something: metrics (`reward` 1 where none is given), and by which goal. */
  | readonly ['r', decision: string, option: string, id: string, metrics?: Numbers, goal?: string]

export interface Plaintext {
  /** Unix milliseconds by the browser's clock. */
  ts: number
  /** host + path + the part of the query that may be counted. */
  page: string
  /** What brought the session: host + path, then `?` and the campaign parameters of the entry page. */
  referrer: string
  /** Viewport width in CSS pixels. */
  width: number
  sayings: readonly Saying[]
}
