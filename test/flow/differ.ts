/** Where the answers to one question part from the naive counter's, shown as small as it can be; undefined where nowhere. */
import type { Series } from '../../sdk/wire/query'
import type { Asked, Line, Naive } from '../naive'
import type { Question } from './questions'

/** Floats to 1e-9; whole numbers are whole. Where cents cancel out, doubles leave less than this. */
export const isSame = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) || Math.abs(a - b) <= 1e-12

const COUNTS = /^(hits|bytes|sessions|clicks)(:[+_])?$/
export const agrees = (metric: string, a: number, b: number): boolean => (COUNTS.test(metric) ? a === b : isSame(a, b))

/** Where two lines part: their totals, or the first of their points. */
function parting(ours: Series, naive: Line): unknown {
  const { metric, dimension } = naive
  const place = { metric, dimension }
  if (ours.metric !== metric) return { ...place, ours: ours.metric }
  const [starts, wanted] = [ours.points, naive.points].map((points) => points.map(([start]) => start))
  if (String(starts) !== String(wanted))
    return { ...place, ours: [starts!.length, starts![0]], naive: [wanted!.length, wanted![0]] }
  const wrong = naive.points.findIndex(([, value], i) => !agrees(metric, ours.points[i]![1], value))
  if (wrong >= 0) return { ...place, ours: ours.points[wrong], naive: naive.points[wrong] }
  return agrees(metric, ours.total, naive.total)
    ? undefined
    : { ...place, total: { ours: ours.total, naive: naive.total } }
}

const keyOf = (dimension: readonly string[]) => JSON.stringify(dimension)

/** What differs, or undefined. Children of the same score may stand in any order, and be cut off in any. */
export function difference(naive: Naive, { asked, depth, sort, limit }: Question, ours: readonly Series[]): unknown {
  const shown = Map.groupBy(ours, ({ dimension }) => keyOf(dimension))
  const check = (dimension: string[], left: number): unknown => {
    const lines = naive.lines({ ...asked, dimension })
    const found = shown.get(keyOf(dimension)) ?? []
    shown.delete(keyOf(dimension))
    if (found.length !== lines.length) return { dimension, ours: found.length, naive: lines.length, what: 'lines' }
    const parted = first(lines, (line) => parting(found[lines.indexOf(line)]!, line))
    if (parted || left === 0) return parted
    const below = [...shown.values()].map(([series]) => [...series!.dimension])
    const listed = below.filter(
      (path) => path.length === dimension.length + 1 && path.slice(0, -1).every((name, i) => name === dimension[i]),
    )
    return wrongList(naive, { ...asked, dimension }, listed) ?? first(listed, (path) => check(path, left - 1))
  }
  const wrongList = (counter: Naive, parent: Asked, listed: string[][]): unknown => {
    const score = (path: string[]) => counter.lines({ ...parent, dimension: path, metrics: [sort.metric] })[0]!.total
    const ranked = counter.children(parent).map((path) => ({ path, score: score(path) }))
    ranked.sort((a, b) => (sort.descending ? b.score - a.score : a.score - b.score))
    const wanted = ranked.slice(0, limit)
    const scores = listed.map(score)
    const isRight = wanted.length === listed.length && wanted.every((each, i) => isSame(each.score, scores[i]!))
    return isRight
      ? undefined
      : { below: parent.dimension, ours: listed.map((path, i) => [path, scores[i]]), naive: wanted }
  }
  const found = check(asked.dimension, depth)
  return found ?? (shown.size ? { what: 'shown and not asked for', dimensions: [...shown.keys()] } : undefined)
}

function first<Item>(items: readonly Item[], check: (item: Item) => unknown): unknown {
  for (const item of items) {
    const found = check(item)
    if (found !== undefined) return found
  }
  return undefined
}
