/** Where an experiment stands, as `/experiments/<name>` tells it: what of it is shown. */

export type Interval = readonly [low: number, high: number]

export interface Uplift {
  /** The option's over the control's, less 1. */
  rel: number | null
  ci95: Interval | null
  /** Good at any look. */
  cs95: Interval | null
  p_fixed: number
  p_always: number | null
}

export interface Arm {
  id: string
  trials: number
  num: number
  den: number
  rate: number
  ci95: Interval
  p_best: number
  expected_loss: number
  share: number
  uplift: Uplift | null
  /** What it earns more by a decision than the control, unbiased; of a policy that serves unevenly. */
  weighted: { difference: number; always: Interval } | null
}

export interface Standing {
  decision: string
  status: 'running' | 'paused' | 'finished'
  policy: string
  kind: 'rate' | 'ratio'
  goal: 'more' | 'less'
  num: string
  den: string
  /** Where it is finished. */
  winner: string | null
  hidden: boolean
  /** Unix milliseconds. */
  created: number
  control: string
  arms: readonly Arm[]
  /** How probably each, by row, beats each other. */
  wins: readonly (readonly number[])[]
  srm: { p: number; p_always: number }
  holdout: { lift: number | null }
  /** Seconds, and a share. */
  delay: { median: number | null; p90: number | null; pending: number }
  warnings: readonly string[]
  weights: readonly { context: Readonly<Record<string, string>>; probabilities: readonly number[] }[]
}
