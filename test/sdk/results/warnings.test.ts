import { expect, test } from 'vitest'
import { sentenceOf, warningList } from '../../../sdk/results/warnings'
import type { Warning } from '../../../worker/decide/warning'

/** A new one does not compile until it is here, and then it wants its sentence. */
const ALL = {
  srm: true,
  too_few: true,
  peeking_fixed_p: true,
  adaptive_weights: true,
  novelty: true,
  low_ess: true,
  unattributed: true,
  late_rewards: true,
  duplicate_rewards: true,
  pending: true,
  heavy_tail: true,
  control_rate_uncertain: true,
  multiple_arms: true,
  weights_changed: true,
  bulk_counts_no_variance: true,
} satisfies Record<Warning, true>

test.each(Object.keys(ALL))('says %s in one plain sentence', (warning) => {
  expect(sentenceOf(warning)).toMatch(/^[A-Z][^.]{30,}\.$/)
})

test('names one that it does not know', () => {
  expect(warningList(['brand_new']).text).toContain('<li>brand new</li>')
  expect(sentenceOf('constructor')).toBe('constructor')
})

test('is not there where there is nothing to know', () => {
  expect(warningList([]).text).toBe('')
})
