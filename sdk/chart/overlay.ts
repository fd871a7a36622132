/** What a graph is compared with, as lines of their own under the same buckets. */
import type { Graph, Point } from '../wire/query'

export function overlaid(graph: Graph): Graph {
  const series = graph.series.flatMap((each) => {
    const { compare, ...own } = each
    if (!compare) return [own]
    const points = compare.points.map(([, value], i): Point => [own.points[i]![0], value])
    return [own, { ...own, metric: `${own.metric} before`, total: compare.total, points }]
  })
  return { ...graph, series }
}
