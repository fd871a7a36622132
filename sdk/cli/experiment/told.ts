/** Experiments and their results in lines for people: a table, and what to do about each warning. */
import { paint, plain } from '../say'
import { type Column, table } from '../table'
import { adviceOn } from './advice'

/** As the API tells it, as far as it is looked at here. */
export interface Experiment {
  decision: string
  options: string[]
  policy: string
  by: string
  kind: 'rate' | 'ratio'
  goal: 'more' | 'less'
  status: string
  winner: string | null
  hidden: boolean
  created: number
  /** In a list. */
  totals?: { trials: number }
}

type Interval = readonly [low: number, high: number]

interface Arm {
  id: string
  trials: number
  rate: number
  ci95: Interval
  p_best: number
  share: number
  uplift: { rel: number | null; cs95: Interval | null; p_always: number | null } | null
  weighted: { difference: number; always: Interval } | null
}

export interface Standing extends Experiment {
  arms: Arm[]
  control: string
  warnings: string[]
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const NOTHING = '–'
const right = { right: true } as const

export function toldAll(experiments: readonly Experiment[]): string[] {
  if (!experiments.length)
    return ['There is no experiment yet:  npx graupel experiment create NAME --site SITE --option A --option B']
  const columns: Column[] = [
    { title: 'name' },
    { title: 'decisions', ...right },
    ...['status', 'policy', 'by', 'options'].map((title) => ({ title })),
  ]
  const rows = experiments.map(({ decision, status, winner, hidden, policy, by, options, totals }) => [
    decision,
    totals ? number.format(totals.trials) : NOTHING,
    [status, ...(winner === null ? [] : [winner]), ...(hidden ? ['hidden'] : [])].join(', '),
    policy,
    by,
    options.join(', '),
  ])
  return table(columns, rows)
}

export function toldStanding(standing: Standing): string[] {
  const { decision, status, winner, policy, by, goal, arms, warnings } = standing
  const what = `${goal === 'less' ? 'the less ' : ''}${by}`
  return [
    `${paint('bold', plain(decision))}  ${plain([status, ...(winner === null ? [] : [winner])].join(', '))}; ${plain(policy)}, by ${plain(what)}`,
    '',
    ...toldArms(arms, standing),
    ...(warnings.length ? ['', ...warnings.flatMap(toldWarning)] : []),
  ]
}

const toldWarning = (warning: string): string => `${paint('yellow', plain(warning))}  ${adviceOn(warning)}`

function toldArms(arms: readonly Arm[], { kind, control }: Standing): string[] {
  const amount = kind === 'rate' ? percent : plainly
  // Where options were shown unevenly by what they earned, only scores that allow for it are unbiased.
  const isScored = arms.some(({ weighted }) => weighted !== null)
  const columns: Column[] = [
    { title: 'option' },
    { title: 'decisions', ...right },
    { title: kind === 'rate' ? 'rate' : 'ratio', ...right },
    { title: '95 %', ...right },
    { title: 'best', ...right },
    { title: isScored ? 'unbiased gain' : 'uplift', ...right },
    { title: 'at any look', ...right },
    { title: 'share', ...right },
  ]
  const rows = arms.map((arm) => [
    arm.id,
    number.format(arm.trials),
    amount(arm.rate),
    between(arm.ci95, amount),
    percent(arm.p_best),
    ...(arm.id === control ? ['control', ''] : compared(arm, isScored, amount)),
    percent(arm.share),
  ])
  return table(columns, rows)
}

/** By how much it is more than the control, and within what that lies at any look. */
function compared({ uplift, weighted }: Arm, isScored: boolean, amount: Amount): [by: string, within: string] {
  if (isScored)
    return [weighted ? signed(weighted.difference, amount) : NOTHING, between(weighted?.always, amount, signed)]
  const rel = uplift?.rel
  return [rel == null ? NOTHING : signed(rel, percent), between(uplift?.cs95, percent, signed)]
}

type Amount = (value: number) => string

const percent: Amount = (value) => `${(100 * value).toFixed(1 + Number(Math.abs(value) < 0.1))} %`
/** Four digits that count. */
const plainly: Amount = (value) => String(Number(value.toPrecision(4)))
const signed = (value: number, amount: Amount): string => `${value > 0 ? '+' : ''}${amount(value)}`

function between(
  interval: Interval | null | undefined,
  amount: Amount,
  shown = (value: number, by: Amount) => by(value),
): string {
  return interval ? interval.map((end) => shown(end, amount)).join(' to ') : NOTHING
}
