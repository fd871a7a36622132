/** An evaluation in lines for people: a policy a row, each estimate with what it may be off by. */
import { paint, plain } from '../say'
import { table } from '../table'
import type { Evaluation } from './evaluation'
import type { Estimate } from './quotient'

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const NOTHING = '–'
/** So many digits of what it may be off by; more would be made up. */
const DIGITS = 2
const MOST_DECIMALS = 10

export function told({ decision, decisions, from, to, per, estimates }: Evaluation): string[] {
  const estimators = [
    ['IPS', 'ips'],
    ['SNIPS', 'snips'],
    ['DR', 'dr'],
  ] as const
  const columns = [
    { title: 'policy' },
    { title: 'effective', right: true as const },
    ...estimators.map(([title]) => ({ title, right: true as const })),
  ]
  const rows = estimates.map((each) => [
    each.policy,
    number.format(Math.floor(each.ess)),
    ...estimators.map(([, name]) => shown(each[name])),
  ])
  const what = per === 'decision' ? 'What a decision earns' : 'What is earned by what is spent (x / y)'
  return [
    `${paint('bold', plain(decision))}  ${number.format(decisions)} decisions, ${dateOf(from)} to ${dateOf(to)}`,
    `${what} under each policy, and how far it is either way with 95 %:`,
    '',
    ...table(columns, rows),
  ]
}

function shown(estimate: Estimate | null): string {
  if (!estimate) return NOTHING
  const { value, ci95 } = estimate
  const half = (ci95[1] - ci95[0]) / 2
  const places = half > 0 ? DIGITS - 1 - Math.floor(Math.log10(half)) : DIGITS
  const decimals = Math.min(MOST_DECIMALS, Math.max(0, places))
  return `${value.toFixed(decimals)} ±${half.toFixed(decimals)}`
}

const dateOf = (ms: number): string =>
  Math.abs(ms) <= 8.64e15 ? `${new Date(ms).toISOString().slice(0, 16)}Z` : String(ms)
