/**
 * Answers a question: which series there are, in which order, and each one's points. Pure but for the reader.
 * Children are sorted by a metric's total and cut by a limit, a threshold or both. What is cut is left out, or, with
 * `rest` or a threshold, summed under its parent as `…`; what was counted as `…` in the first place is always shown,
 * last, and takes none of the limit's places. So what is shown adds up to all that was counted below the parent.
 */
import type { Graph, Series } from '../../sdk/wire/query'
import { type Overlay, overlayOf } from '../rollup/compare'
import { keyOf, pathOf, REST } from '../rollup/dimension'
import { readsSketches } from '../rollup/distinct'
import { next, rules, starts } from '../rollup/interval'
import { isSum } from '../rollup/metric'
import { type Parts, seriesOf, totalOf } from '../rollup/series'
import { isUnion } from '../rollup/visitors'
import { type Cells, mergeAt } from './pending'
import { MOST_POINTS, type Question, TooMuch } from './question'
import type { Readable, Span } from './reader'

export type Answer = Omit<Graph, 'site' | 'partial'> & {
  /** Why it can't be had; it has no series then. */
  problem?: string
}

/** So few are read with all children at once. */
const MANY_BUCKETS = 48

export function answer(reader: Readable, question: Question): Answer {
  const { type, interval, timezone, zones, compare, level, now } = question
  const buckets = starts(interval, question.from, question.to, zones)
  const from = buckets[0] ?? question.from
  // Whole buckets: the current one has all that came so far.
  const end = next(interval, buckets.at(-1) ?? from, zones)
  const overlay = compare && overlayOf(compare, interval, buckets, zones)
  const sketches = [...question.metrics, question.sort.metric].some(readsSketches)
  const span = (start: number, to: number): Span => ({
    interval,
    from: start,
    to,
    zones,
    sketches,
    ...(level && { level }),
  })
  const asker = new Asker(reader, question, {
    buckets,
    span: span(from, end),
    ...(overlay && { earlier: { overlay, span: span(overlay.starts[0] ?? from, overlay.end) } }),
  })
  const ends = (i: number) => buckets[i + 1] ?? end
  const current = buckets.find((start, i) => start <= now && now < ends(i))
  const seams = buckets.filter((start, i) => isSeam(question, start, ends(i)))
  return {
    type,
    interval,
    timezone,
    from,
    // To the end of the last bucket, or to now where that is not over.
    to: Math.max(question.to, Math.min(end, now + 1)),
    ...(current !== undefined && { current }),
    ...(seams.length > 0 && { seams }),
    ...told(asker),
  }
}

function told(asker: Asker): { series: Series[]; problem?: string } {
  try {
    return { series: asker.series() }
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error
    return { series: [], problem: error.message }
  }
}

/** Whether the site's zone changed within a bucket, or changed at its end and so moved that end. */
const isSeam = ({ interval, zones }: Question, start: number, end: number): boolean =>
  zones.some(({ from }, i) => {
    if (i === 0 || from <= start || from > end) return false
    return from < end || next(interval, start, zones.slice(0, i)) !== end
  })

interface Frame {
  buckets: number[]
  span: Span
  earlier?: { overlay: Overlay; span: Span }
}

/** A path's cells, and those it is compared with. */
interface Found {
  cells: Cells
  earlier: Cells
}

interface Scored {
  key: string
  score: number
}

type Child = Found & Scored

class Asker {
  private points = 0
  private readonly common: Pick<Parts, 'starts' | 'end' | 'zones' | 'interval'>

  constructor(
    private readonly reader: Readable,
    private readonly question: Question,
    private readonly frame: Frame,
  ) {
    const { interval, zones } = question
    this.common = { starts: frame.buckets, end: frame.span.to, zones, interval }
  }

  series(): Series[] {
    const root = keyOf(this.question.dimension)
    const cells = (span: Span) => this.reader.series(this.question.type, root, span)
    const { span, earlier } = this.frame
    const found = { cells: cells(span), earlier: earlier ? cells(earlier.span) : new Map() }
    return [...this.seriesAt(root, found), ...this.below(root, found.cells, this.question.depth)]
  }

  private seriesAt(key: string, { cells, earlier }: Found): Series[] {
    const frame = this.frame.earlier
    this.points += this.question.metrics.length * this.frame.buckets.length * (frame ? 2 : 1)
    if (this.points > MOST_POINTS) {
      throw new TooMuch(
        `makes more than ${MOST_POINTS} points in all; ask for fewer children (limit) or a longer interval`,
      )
    }
    const parts = {
      ...this.common,
      dimension: pathOf(key),
      cells,
      ...(frame && { compared: { overlay: frame.overlay, cells: earlier } }),
    }
    return this.question.metrics.map((metric) => seriesOf({ ...parts, metric }))
  }

  /** The children that had events, each followed by its own; and the rest of them. */
  private below(parent: string, parentCells: Cells, depth: number): Series[] {
    if (depth <= 0) return []
    const { limit, threshold, rest } = this.question
    const { span, earlier: frame } = this.frame
    const restKey = keyOf([...pathOf(parent), REST])
    // Of very many children a few are shown: which, is known by their sums, and their buckets need not be read.
    const names = rest || threshold !== undefined ? undefined : this.greatest(parent, restKey)
    const children = this.children(parent, span, names)
    const before = frame ? this.children(parent, frame.span, names) : new Map<string, Cells>()
    const least = threshold === undefined ? 0 : threshold * Math.abs(this.score(parent, parentCells))
    const shown = this.ranked(children, before, restKey)
      .filter(({ score }) => Math.abs(score) >= least)
      .slice(0, limit)
    const kept = new Set(shown.map(({ key }) => key))
    const isRest = (key: string) => key === restKey || (!kept.has(key) && (rest || threshold !== undefined))
    const restOf = (all: ReadonlyMap<string, Cells>) =>
      sum([...all].flatMap(([key, cells]) => (isRest(key) ? [cells] : [])))
    const left: Found = { cells: restOf(children), earlier: restOf(before) }
    return [
      ...shown.flatMap((child) => [
        ...this.seriesAt(child.key, child),
        ...this.below(child.key, child.cells, depth - 1),
      ]),
      ...(left.cells.size || left.earlier.size ? this.seriesAt(restKey, left) : []),
    ]
  }

  private ranked(children: ReadonlyMap<string, Cells>, before: ReadonlyMap<string, Cells>, restKey: string): Child[] {
    return [...children]
      .filter(([key, cells]) => key !== restKey && cells.size > 0)
      .map(([key, cells]) => ({ key, cells, earlier: before.get(key) ?? new Map(), score: this.score(key, cells) }))
      .sort(this.order)
  }

  /** By the metric of `sort`; children of one score by name, so that an answer is always the same. */
  private readonly order = (a: Scored, b: Scored): number => {
    const sign = this.question.sort.descending ? -1 : 1
    return sign * (a.score - b.score) || (a.key < b.key ? -1 : 1)
  }

  private score(key: string, cells: Cells): number {
    return totalOf({ ...this.common, dimension: pathOf(key), metric: this.question.sort.metric, cells })
  }

  /** The children to show and what was counted as `…`, known by sums alone; undefined where sums do not say which they are. */
  private greatest(parent: string, restKey: string): string[] | undefined {
    const { type, interval, sort, limit, level = rules[interval].from } = this.question
    const { span, buckets } = this.frame
    if (level === 'fragment' || span.sketches || buckets.length < MANY_BUCKETS || !isSum(sort.metric)) return undefined
    const whole: Span = { ...span, interval: 'all', level }
    const common = { starts: [0], end: span.to, zones: span.zones, interval: 'all' as const, metric: sort.metric }
    const sums = [...this.reader.children(type, parent, whole)].map(([key, cells]) => ({
      key,
      score: totalOf({ ...common, dimension: pathOf(key), cells }),
    }))
    const shown = sums
      .filter(({ key }) => key !== restKey)
      .sort(this.order)
      .slice(0, limit)
    return [...shown.map(({ key }) => key), restKey]
  }

  /** Asked one by one, a dimension's bare name has the visitors of its values. */
  private children(parent: string, span: Span, names?: readonly string[]): Map<string, Cells> {
    const { type } = this.question
    if (names) return new Map(names.map((key) => [key, this.reader.series(type, key, span)]))
    const children = this.reader.children(type, parent, span)
    if (!span.sketches) return children
    return new Map(
      [...children].map(([key, cells]) => [key, isUnion(key) ? this.reader.series(type, key, span) : cells]),
    )
  }
}

function sum(all: readonly Cells[]): Cells {
  const cells: Cells = new Map()
  for (const each of all) for (const [start, cell] of each) mergeAt(cells, start, cell)
  return cells
}
