/**
 * What is wanted of raw events, made ready for one chunk: every path that matters in one tree, so that a value of a
 * dimension walks it once, and the filter as a test over those paths. What cannot be known before an event's metrics
 * are is said to depend on them.
 */
import type { Dimensions, Path } from '../../sdk/wire/event'
import { keyOf, reach, SEPARATOR } from './dimension'
import type { Comparison, Filter } from './where'

export const VERDICT = { no: 0, yes: 1, depends: 2 } as const
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT]

/** What a value of a dimension counts under, of what is wanted. */
export interface Marks {
  /** Paths that the filter asks for, by number. */
  terms: readonly number[]
  /** Keys of the path asked and of those below it. */
  keys: readonly string[]
}

interface Place {
  terms: number[]
  /** Where it is at or below the path asked. */
  key: string | undefined
  /** How many levels below it are asked too. */
  depth: number
  below: Map<string, Place>
}

type MetricOf = (name: string) => number
type Test = (metricOf: MetricOf | undefined) => Verdict

const NOWHERE: Place = { terms: [], key: undefined, depth: 0, below: new Map() }

export class Wanted {
  /** Whether the root itself is asked, which every event counts under. */
  readonly isRoot: boolean
  /** By number of a path: 1 where the dimensions at hand count under it. */
  readonly holds: Uint8Array
  private readonly root: Place
  private readonly test: Test
  private terms = 0

  constructor(path: Path, depth: number, filter: Filter | undefined) {
    this.isRoot = path.length === 0
    this.root = { ...NOWHERE, below: new Map(), terms: [] }
    const asked = path.reduce(grow, this.root)
    asked.key = keyOf(path)
    asked.depth = depth
    this.test = filter ? this.compile(filter) : () => VERDICT.yes
    this.holds = new Uint8Array(this.terms)
  }

  /** Whether any path that begins with a name matters. */
  knows(name: string): boolean {
    return this.root.depth > 0 || this.root.below.has(name)
  }

  /** Of the root nothing is said: all dimensions count under it. Undefined where nothing is wanted. */
  marksOf(dimensions: Dimensions): Marks | undefined {
    const places = reach(dimensions, this.root, step)
    let marks: { terms: number[]; keys: string[] } | undefined
    for (let i = 1; i < places.length; i++) {
      const { terms, key } = places[i]!
      if (terms.length === 0 && key === undefined) continue
      marks ??= { terms: [], keys: [] }
      marks.terms.push(...terms)
      if (key !== undefined) marks.keys.push(key)
    }
    return marks
  }

  /** Of the dimensions that `holds` speaks of, and of the metrics where they are given. */
  judge(metricOf?: MetricOf): Verdict {
    return this.test(metricOf)
  }

  private compile(filter: Filter): Test {
    switch (filter.kind) {
      case 'path': {
        const term = this.terms++
        filter.path.reduce(grow, this.root).terms.push(term)
        return () => (this.holds[term] ? VERDICT.yes : VERDICT.no)
      }
      case 'metric': {
        const { name, is, than } = filter
        const compares = COMPARES[is]
        return (metricOf) => (metricOf ? verdict(compares(metricOf(name), than)) : VERDICT.depends)
      }
      case 'not': {
        const test = this.compile(filter.filter)
        return (metricOf) => NOT[test(metricOf)]
      }
      case 'all':
        return joined(
          filter.of.map((each) => this.compile(each)),
          VERDICT.no,
          VERDICT.yes,
        )
      case 'any':
        return joined(
          filter.of.map((each) => this.compile(each)),
          VERDICT.yes,
          VERDICT.no,
        )
    }
  }
}

const COMPARES: Record<Comparison, (a: number, b: number) => boolean> = {
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  eq: (a, b) => a === b,
}

const NOT = [VERDICT.yes, VERDICT.no, VERDICT.depends] as const

const verdict = (holds: boolean): Verdict => (holds ? VERDICT.yes : VERDICT.no)

/** One `decisive` verdict decides; what depends leaves it open; else it is the other. */
function joined(tests: readonly Test[], decisive: Verdict, otherwise: Verdict): Test {
  return (metricOf) => {
    let result = otherwise
    for (const test of tests) {
      const each = test(metricOf)
      if (each === decisive) return decisive
      if (each === VERDICT.depends) result = VERDICT.depends
    }
    return result
  }
}

/** The place below, made where there is none. */
function grow(place: Place, name: string): Place {
  const known = place.below.get(name)
  if (known) return known
  const { key: above, depth } = place
  const key = above === undefined || depth === 0 ? undefined : above === '' ? name : above + SEPARATOR + name
  const made = { terms: [], key, depth: Math.max(depth - 1, 0), below: new Map() }
  place.below.set(name, made)
  return made
}

const step = (place: Place, name: string): Place =>
  place.depth > 0 ? grow(place, name) : (place.below.get(name) ?? NOWHERE)
