/** Where an experiment stands, small enough to be read. */
import type { Arm, Standing } from '../../../sdk/results/standing'

export const arm = (id: string, given: Partial<Arm> = {}): Arm => ({
  id,
  trials: 1000,
  num: 50,
  den: 1000,
  rate: 0.05,
  ci95: [0.0381, 0.0653],
  p_best: 0.5,
  expected_loss: 0.002,
  share: 0.5,
  uplift: null,
  weighted: null,
  ...given,
})

export const standing = (given: Partial<Standing> = {}): Standing => ({
  decision: 'front page',
  status: 'running',
  policy: 'contextual',
  kind: 'rate',
  goal: 'more',
  num: 'reward',
  den: 'hits',
  winner: null,
  hidden: false,
  created: Date.UTC(2026, 10, 26),
  control: 'ruler',
  arms: [
    arm('ruler', { p_best: 0.1 }),
    arm('storm', {
      p_best: 0.9,
      rate: 0.0625,
      uplift: { rel: 0.25, ci95: [0.02, 0.5], cs95: [-0.04, 0.61], p_fixed: 0.03, p_always: 0.081 },
    }),
  ],
  wins: [
    [0.5, 0.1],
    [0.9, 0.5],
  ],
  srm: { p: 0.4, p_always: 1 },
  holdout: { lift: null },
  delay: { median: 192, p90: null, pending: 0.12 },
  warnings: [],
  weights: [
    { context: {}, probabilities: [0.2, 0.8] },
    { context: { country: 'SE' }, probabilities: [0.9, 0.1] },
  ],
  ...given,
})
