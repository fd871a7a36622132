/**
 * Asks one chunk of the archive: which events match, and under which of the paths asked they count. No event is built:
 * the filter is tried once on each distinct value and each distinct set of dimensions, then the events are a run of
 * numbers. A chunk takes milliseconds, so whoever scans many lets others in between two.
 */
import type { Path } from '../../sdk/wire/event'
import { Chunk, extentOf, type Form } from './chunk'
import { type Marks, VERDICT, Wanted } from './wanted'
import type { Filter } from './where'

export interface Search {
  /** Events of this type, or of one below it. */
  type: string
  /** Only events that count under this path or under one below it are found. */
  path: Path
  /** How many levels below the path are told apart. */
  depth: number
  filter?: Filter
  /** Unix milliseconds, `to` exclusive. */
  from: number
  to: number
}

/** One event that matches. It is the same object for all of them, good until the visitor returns. */
export interface Match {
  at: number
  /** Keys of the path asked and of those below it, as deep as asked, that the event counts under; never none. */
  keys: readonly string[]
  /** Metrics, `hits` always among them, with their values beside them. */
  names: readonly string[]
  values: readonly number[]
  gauges: readonly string[]
  measured: readonly number[]
  visitor: number | undefined
}

export function scan(bytes: Uint8Array, search: Search, visit: (match: Match) => void): void {
  const extent = extentOf(bytes)
  if (extent.last < search.from || extent.first >= search.to) return
  const chunk = new Chunk(bytes)
  const kinds = chunk.forms.map((form) => (isOf(form.type, search.type) ? new Kind(form, chunk) : undefined))
  const sets = new Sets(chunk, new Wanted(search.path, search.depth, search.filter))
  if (!kinds.some(Boolean) || !sets.mayMatch) return
  while (chunk.next()) {
    const { at, form, set } = chunk
    const kind = kinds[form]
    if (!kind || at < search.from || at >= search.to) continue
    if (sets.matches(set, kind.metricOf)) visit(kind.match(sets.keysOf(set)))
  }
}

const isOf = (type: string, asked: string): boolean =>
  type.startsWith(asked) && (type.length === asked.length || type[asked.length] === '.')

/** The events of one form: where their numbers stand, and the match that they are shown as. */
class Kind {
  private readonly chunk: Chunk
  private readonly metrics: readonly string[]
  private readonly shown: { -readonly [Part in keyof Match]: Match[Part] }
  private readonly values: number[]
  private readonly measured: number[]

  constructor({ metrics, gauges = [] }: Form, chunk: Chunk) {
    this.chunk = chunk
    this.metrics = metrics
    const names = metrics.includes('hits') ? metrics : [...metrics, 'hits']
    this.values = names.map(() => 1)
    this.measured = gauges.map(() => 0)
    const { values, measured } = this
    this.shown = { at: 0, keys: [], names, values, gauges, measured, visitor: undefined }
  }

  /** Of the event at hand. */
  readonly metricOf = (name: string): number => {
    const i = this.metrics.indexOf(name)
    if (i >= 0) return this.chunk.numbers[i]!
    return name === 'hits' ? 1 : 0
  }

  match(keys: readonly string[]): Match {
    const { metrics, values, measured, shown } = this
    const { at, numbers, visitor } = this.chunk
    for (let i = 0; i < metrics.length; i++) values[i] = numbers[i]!
    for (let i = 0; i < measured.length; i++) measured[i] = numbers[metrics.length + i]!
    shown.at = at
    shown.keys = keys
    shown.visitor = visitor
    return shown
  }
}

/** The distinct dimensions of a chunk, each judged once. */
class Sets {
  readonly mayMatch: boolean
  private readonly chunk: Chunk
  private readonly wanted: Wanted
  /** By column, then by value. */
  private readonly marks: (Marks | undefined)[][]
  /** By shape: the places in its row whose columns matter. */
  private readonly places: number[][]
  private readonly verdicts: Uint8Array
  private readonly keys: (readonly string[])[] = []

  constructor(chunk: Chunk, wanted: Wanted) {
    this.chunk = chunk
    this.wanted = wanted
    this.marks = chunk.columns.map(({ name, values }) => {
      if (name === undefined) return values.map((value) => wanted.marksOf(value))
      return wanted.knows(name) ? values.map((value) => wanted.marksOf({ [name]: value })) : []
    })
    this.places = chunk.shapes.map((columns) => [...columns.keys()].filter((i) => this.marks[columns[i]!]!.length > 0))
    this.verdicts = new Uint8Array(chunk.setCount)
    for (let set = 0; set < chunk.setCount; set++) this.verdicts[set] = this.hold(set) ? wanted.judge() : VERDICT.no
    this.mayMatch = this.verdicts.some((verdict) => verdict !== VERDICT.no)
  }

  matches(set: number, metricOf: (name: string) => number): boolean {
    const verdict = this.verdicts[set]
    if (verdict !== VERDICT.depends) return verdict === VERDICT.yes
    this.hold(set)
    return this.wanted.judge(metricOf) === VERDICT.yes
  }

  keysOf(set: number): readonly string[] {
    const known = this.keys[set]
    if (known) return known
    const marks = this.marksOf(set).filter(({ keys }) => keys.length > 0)
    const isAlone = marks.length === 1 && !this.wanted.isRoot
    const keys = isAlone ? marks[0]!.keys : [...(this.wanted.isRoot ? [''] : []), ...marks.flatMap((each) => each.keys)]
    this.keys[set] = keys
    return keys
  }

  /** Tells the filter of a set; whether it counts under any path asked. */
  private hold(set: number): boolean {
    const { holds, isRoot } = this.wanted
    holds.fill(0)
    let isAsked = isRoot
    for (const { terms, keys } of this.marksOf(set)) {
      for (const term of terms) holds[term] = 1
      if (keys.length > 0) isAsked = true
    }
    return isAsked
  }

  private marksOf(set: number): Marks[] {
    const { rows, setAt, shapes } = this.chunk
    const at = setAt[set]!
    const shape = rows[at]!
    const found: Marks[] = []
    for (const i of this.places[shape]!) {
      const marks = this.marks[shapes[shape]![i]!]![rows[at + 1 + i]!]
      if (marks) found.push(marks)
    }
    return found
  }
}
