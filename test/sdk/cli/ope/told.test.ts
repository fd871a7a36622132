import { expect, test } from 'vitest'
import type { Evaluation } from '../../../../sdk/cli/ope/evaluation'
import { told } from '../../../../sdk/cli/ope/told'

const around = (value: number, half: number) => ({
  value,
  ci95: [value - half, value + half] as [number, number],
})

const EVALUATION: Evaluation = {
  decision: 'pages',
  decisions: 12_345,
  from: Date.UTC(2026, 0, 1),
  to: Date.UTC(2026, 0, 2, 12),
  per: 'decision',
  estimates: [
    {
      policy: 'logging',
      ess: 12_345,
      weight: 1,
      ips: around(0.0512, 0.00388),
      snips: around(0.0512, 0.00388),
      dr: around(1234.5, 123),
      refused: null,
      doubt: null,
    },
    { policy: 'always b', ess: 99.97, weight: 0.9, ips: null, snips: null, dr: null, refused: 'too few', doubt: null },
  ],
}

test('shows a policy a row, with two digits of what it may be off by', () => {
  expect(told(EVALUATION)).toEqual([
    'pages  12,345 decisions, 2026-01-01T00:00Z to 2026-01-02T12:00Z',
    'What a decision earns under each policy, and how far it is either way with 95 %:',
    '',
    'policy    effective             IPS           SNIPS         DR',
    'logging      12,345  0.0512 ±0.0039  0.0512 ±0.0039  1235 ±123',
    'always b         99               –               –          –',
  ])
})

test('says so where it is earned by what is spent, and paints nothing that a log says', () => {
  const lines = told({ ...EVALUATION, per: 'y', decision: 'a\u001b[2J' })
  expect(lines[0]).not.toContain('\u001b')
  expect(lines[1]).toMatch(/^What is earned by what is spent \(x \/ y\) under/)
})
