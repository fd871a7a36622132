/**
 * A note: what an event tells the site's decisions, beside what it counts. It rides in the event through the log, so that
 * it is learnt from once, like the event is counted once. Who wrote it has checked it: a token's seal, an option's name.
 */
import type { Numbers } from './event'

/** An option was shown to somebody. */
export interface Exposure extends Decided {
  kind: 'exposure'
}

/** A decision turned out to be worth something, or to cost something. */
export interface Reward extends Decided {
  kind: 'reward'
  metrics: Numbers
  /** By which goal. */
  goal?: string
}

/** What options cost and earned, by nobody's decision: HailWhale's way, and bulk counts. */
export interface Outcome {
  kind: 'outcome'
  decision: string
  option: string
  metrics: Numbers
}

/** Somebody, told apart by a word, took part or reached a goal: Gimel's way. */
export interface Track {
  kind: 'track'
  namespace: string
  experiment: string
  variant: string
  /** `participate`, or a goal. */
  event: string
  /** The first 8 bytes of a hash of the visitor's word, base64url. */
  uuid: string
}

export type Note = Exposure | Reward | Outcome | Track

interface Decided {
  decision: string
  option: string
  /** Of the experiment that decided, never given twice; absent where the browser chose by itself. */
  number?: number
  /** Of the decision: no two of an experiment share one. */
  id: string
  /** When it was decided, unix milliseconds. */
  at: number
  /** Of each option as it was decided; absent where all had their declared weights. */
  propensities?: readonly number[]
  isHoldout?: true
  /** Of the weights that decided. */
  version?: number
  /** Values of the experiment's dimensions, in their order; absent: they are the event's own. */
  context?: readonly (string | null)[]
}
