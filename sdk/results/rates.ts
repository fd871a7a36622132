/**
 * Rates by time: of all decisions until then, since those of a minute would only jump. What is counted is asked of `/graph`,
 * whose types are the decision's options.
 */
import type { Graph, Point, Series } from '../wire/query'
import type { Standing } from './standing'

/** What is divided by what. A rate's rewards count once a decision in the table; here each counts. */
export const metricsOf = ({ kind, num, den }: Standing): [num: string, den: string] =>
  kind === 'rate' ? ['rewards', 'hits'] : [num, den]

/** The name of a share of a whole is drawn in percent. */
const RATE = 'rewards/decisions'

/** One answer an option, in their order; an option that nobody asked about has none. */
export function ratesOf(answers: readonly (Graph | undefined)[], standing: Standing): Graph | undefined {
  const [first] = answers.filter((each) => each !== undefined)
  if (!first) return undefined
  const [num, den] = metricsOf(standing)
  const metric = standing.kind === 'rate' ? RATE : `${num}/${den}`
  const series = answers.map((answer, i): Series => {
    const points = soFar(pointsOf(answer, num), pointsOf(answer, den))
    return { dimension: [standing.arms[i]?.id ?? ''], metric, total: points.at(-1)?.[1] ?? 0, points }
  })
  const begins = Math.min(
    ...series.map(({ points }) => points.findIndex(([, rate]) => !Number.isNaN(rate))).filter((at) => at >= 0),
  )
  if (!Number.isFinite(begins)) return { ...first, series: [] }
  // Before its first decision an option has no rate, and is drawn at none.
  const drawn = series.map((each) => ({
    ...each,
    points: each.points.slice(begins).map(([at, rate]): Point => [at, Number.isNaN(rate) ? 0 : rate]),
  }))
  return { ...first, series: drawn }
}

const pointsOf = (answer: Graph | undefined, metric: string): readonly Point[] =>
  answer?.series.find((each) => each.metric === metric)?.points ?? []

function soFar(above: readonly Point[], below: readonly Point[]): Point[] {
  let [num, den] = [0, 0]
  return below.map(([at, value], i) => {
    num += above[i]?.[1] ?? 0
    den += value
    return [at, den ? num / den : Number.NaN]
  })
}
