import type { Derived } from '../rollup/derived'
import type { Shards } from './shard'

/** Stands for every upstream that has no key of its own. */
export const ANYWHERE = '*'

/** Days that are kept of raw events (0: none), of hours and of days; months stay. */
export interface Keep {
  raw: number
  hours: number
  days: number
}

/** The least and the most of each; a pair would lose its length on the way between objects. */
export type Ranges = Record<string, { least: number; most: number }>

/** A site's own keys, each by how often it was revoked; pixels and shares begin with 0, bearer keys with 1. */
export interface Versions {
  write: number
  read: number
  pixel?: number
  share?: number
}

/** A site as the Pod keeps it and as every isolate copies it. Times are unix milliseconds. */
export interface Site {
  /** Random, never 0, never given twice. */
  site: number
  name: string
  /** Its calendars: each from a time on, oldest first. */
  zones: { from: number; zone: string }[]
  /** Hosts, origins or `*.host` that may send; empty allows all. */
  origins: string[]
  /** How many Hails take beacons, each from an event's own time on, oldest first. */
  shards: Shards[]
  /** How many Hails take pixels and server events; fixed when the site is made. */
  fixedShards: number
  /** Whether the key of week 0, which never expires, may seal beacons. */
  static: boolean
  /** Which opt-outs the script obeys: bit 1 Global Privacy Control, bit 2 Do Not Track. */
  respect: number
  /** First segments of the public URLs. */
  prefixes: { script: string; pixel: string }
  /** Combinations of dimensions that are counted together, as nested paths: `[['country', 'device']]`. */
  cross?: string[][]
  /** Metrics that are made of others, by name. */
  metrics?: Record<string, Derived>
  /** How long each level is kept, in days. */
  keep?: Keep
  /** Envelopes a minute that one client may send; false for no limit. */
  rate?: number | false
  /** Metrics that a browser's `count()` may carry, each with its least and its most, beside those that it always may. */
  allow?: Ranges
  /** The sites elsewhere that it is linked to, by upstream; one number under `*` where it is the same for all. */
  upstream?: Record<string, number>
  /** Experiments were made here: whoever decides, or hears of decisions, asks its Whale. */
  deciding?: true
  /** Versions of the bearer keys, and of what pixels and shares are sealed with; a raised one revokes all of before. */
  versions: Versions
  created: number
  /** Ids of revoked pixels, base64url. */
  revoked: string[]
}

/** Numbers are random and moments differ: no two sites share both, of whatever deployment, and a restored one is the same. */
export const nameOf = ({ site, created }: Site): string => `${site}@${created.toString(36)}`
