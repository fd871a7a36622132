/**
 * What passes between an isolate that decides and the site's Whale: the experiments there are, and with which
 * probabilities one of them serves its options to whom.
 */
import type { Definition } from '../decide/definition'
import type { Factor } from '../decide/model'
import type { Results } from '../decide/results'

/** Values of an experiment's dimensions, in their order; null: not known. */
export type Values = readonly (string | null)[]

export interface BoardQuestion {
  /** The version of the list that the isolate has; 0 for none. */
  since: number
  /** Whom a decision is to be made for. */
  weigh?: Weighed
}

export interface Weighed {
  decision: string
  context: Values
  /** Why it is so is asked for too: of many options that is a hundred times as much as their weights. */
  explain?: true
}

export interface Board {
  /** Rises with each change of the list. */
  version: number
  /** The whole list, where it is another than the isolate's. */
  definitions?: Definition[]
  /** Absent where there is no such experiment, or it is a split, or it is not running. */
  weights?: Weights
}

export interface Weights {
  /** Of each option; they sum to 1. */
  probabilities: number[]
  /** Rises with all that may change them. */
  version: number
  /** Of all options at the context's values: why it is so. Absent where nobody asks. */
  factors?: Factor[]
}

/** An experiment to be: its number and its beginning are the Whale's to say. */
export type Beginning = Omit<Definition, 'number' | 'created'>

/** What may be changed of an experiment under way; of `arms` only weights. */
export type Changes = Partial<Pick<Definition, 'status' | 'winner' | 'isHidden' | 'arms'>>

/** What all options of an experiment come to. */
export interface Totals {
  decision: string
  trials: number
  num: number
  den: number
}

/** Where an experiment stands. */
export interface Standing {
  definition: Definition
  results: Results
  /** With which probabilities its options are served now: to anybody, to who has all the values that came most, and by single values. */
  weights: { context: Record<string, string>; probabilities: number[] }[]
  /** What came too late, rewards that came twice, outcomes of nobody's decision, and what was not decided so. */
  counted: { late: number; duplicates: number; unattributed: number; refused: number }
}
