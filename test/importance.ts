/**
 * Which dimensions matter, by the naive counter's numbers and HailWhale's rules as they are written down: a total by its
 * share of the whole and what its own children explain of it, a ratio by how far it departs and over how many.
 */
import type { Asked, Naive } from './naive'

export interface Ranked {
  dimension: string[]
  score: number
  important: boolean
  effect: number
  difference: number
  value: number
  count: number
}

/** `near`: so near a bound that a last bit decides. */
export type Judged = Ranked & { near: boolean }

interface Question {
  asked: Asked
  depth: number
  threshold: number
}

/** Below these nothing is important: totals of ten hits, ratios over five. */
const [LEAST_TOTAL, LEAST_COUNT] = [10, 5]

/** The score of the path itself, and everything that lies so many levels below it. */
export function rank(naive: Naive, { asked, depth, threshold }: Question): { score: number; ranked: Judged[] } {
  const totalOf = (dimension: string[], metric: string) =>
    naive.lines({ ...asked, dimension, metrics: [metric] })[0]!.total
  const paths = below(naive, asked, depth)
  const [top = '', bottom] = asked.metrics[0]!.split('/')
  const whole = totalOf(asked.dimension, asked.metrics[0]!)
  const isNear = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))

  if (bottom === undefined) {
    const totals = new Map(paths.map((path) => [JSON.stringify(path), totalOf(path, top)]))
    const ranked = paths.map((dimension): Judged => {
      const total = totals.get(JSON.stringify(dimension))!
      const children = paths.filter((path) => path.length === dimension.length + 1 && isBelow(path, dimension))
      const own = total - children.reduce((sum, path) => sum + totals.get(JSON.stringify(path))!, 0)
      const least = whole * threshold
      return {
        dimension,
        score: total,
        important: total > LEAST_TOTAL && total > least && own >= least,
        near: isNear(total, least) || isNear(own, least),
        effect: whole - total,
        difference: whole - total,
        value: total,
        count: total,
      }
    })
    return { score: whole, ranked }
  }
  const ranked = paths.map((dimension): Judged => {
    const [value, count] = [totalOf(dimension, top), totalOf(dimension, bottom)]
    const score = count === 0 ? 0 : value / count
    const difference = whole === 0 ? 0 : (score - whole) / whole
    return {
      dimension,
      score,
      important: count > LEAST_COUNT && Math.abs(difference) > threshold,
      near: isNear(Math.abs(difference), threshold),
      effect: difference * count * whole,
      difference,
      value,
      count,
    }
  })
  return { score: whole, ranked }
}

const isBelow = (path: readonly string[], parent: readonly string[]): boolean =>
  parent.every((name, i) => path[i] === name)

function below(naive: Naive, asked: Asked, depth: number): string[][] {
  if (depth === 0) return []
  const children = naive.children(asked)
  return children.flatMap((dimension) => [dimension, ...below(naive, { ...asked, dimension }, depth - 1)])
}
