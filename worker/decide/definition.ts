/**
 * A definition: an experiment as its owner made it, with what may be changed later. The Whale keeps it; isolates have a
 * copy of it that is about a second old.
 */
import type { Experiment } from './experiment'

export type Status = 'running' | 'paused' | 'finished'

/** `key` is the decision's name, `kind` follows from `num` and `den` unless it is said. Times are unix milliseconds. */
export interface Definition extends Experiment {
  /** Never given twice at a site: what was decided under a name that is deleted is nobody's. */
  number: number
  /** The metric that is to be had, and per which: `reward` per `hits`, `earned` per `spent`. */
  num: string
  den: string
  /** The goal that rewards; absent: any does. */
  by?: string
  status: Status
  /** The option that everybody gets once it is finished. */
  winner?: string
  isHidden: boolean
  /** `alephbet`: units are split as AlephBet did, byte for byte. */
  hash: 'murmur' | 'alephbet'
  /** How long a browser keeps what it got, milliseconds. */
  sticky: number
  created: number
  /** When weights were last changed under way, and which each option had before any change: by them it had begun. */
  reweighted?: number
  first?: readonly number[]
  /** When it last ceased to run: what was decided before may be told of later. */
  stopped?: number
}

/** The metric that each decision has one of. */
export const PER_DECISION = 'hits'

/** Whether there could be decided by it at a time, as far as is known. */
export const wasRunning = ({ status, stopped = 0 }: Pick<Definition, 'status' | 'stopped'>, at: number): boolean =>
  status === 'running' || at < stopped
