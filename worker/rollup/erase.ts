/**
 * What a reset takes away: a type with all below it, a path with all below it, a metric, or one visitor's events.
 * The same scope is taken out of raw events, of fragments and (in the Whale) of cells, so that all of them agree.
 */
import type { Dimensions, Event, Numbers, Path } from '../../sdk/wire/event'
import { add, type Cell, empty } from './cell'
import { SEPARATOR, keyOf } from './dimension'
import { cellsIn, encode, Fragment } from './fragment'

/** What was counted by visitors, of one experiment of a namespace. */
export interface Tracked {
  namespace: string
  experiment: string
}

export const isSame = (a: Tracked, b: Tracked): boolean => a.namespace === b.namespace && a.experiment === b.experiment

/** Type, path and metric narrow each other; a visitor stands alone, and so does what was tracked. */
export interface Scope {
  type?: string
  path?: Path
  metric?: string
  /** As events carry it: 40 bits of a keyed hash. */
  visitor?: number
  tracked?: Tracked
}

/** The name under which distinct visitors are asked for, which is no metric that anybody sends. */
export const VISITORS = 'visitors'

export const touchesType = ({ type }: Scope, each: string): boolean =>
  type === undefined || each === type || each.startsWith(`${type}.`)

const touchesPath = ({ path }: Scope, key: string): boolean => {
  if (path === undefined) return true
  const root = keyOf(path)
  return root === '' || key === root || key.startsWith(root + SEPARATOR)
}

/** What is left of an event; undefined where nothing is. The same object where it is not touched. */
export function withoutEvent(event: Event, scope: Scope): Event | undefined {
  const { path, metric, visitor, tracked } = scope
  if (tracked) return event.note?.kind === 'track' && isSame(event.note, tracked) ? withoutNote(event) : event
  if (visitor !== undefined) return event.visitor === visitor && !event.daily ? undefined : event
  if (!touchesType(scope, event.type)) return event
  if (path?.length) {
    const dimensions = withoutPath(event.dimensions, path)
    // A metric at one path only is nothing an event can do without: its path goes.
    return dimensions === event.dimensions ? event : { ...event, dimensions }
  }
  return metric === undefined ? ofParent(event, scope) : withoutMetric(event, metric)
}

function withoutNote({ note: _, ...event }: Event): Event {
  return event
}

/** Of a type that goes, its parent still counts the events: `request.sql` is counted as `request` too. */
function ofParent(event: Event, { type = '' }: Scope): Event | undefined {
  const dot = type.lastIndexOf('.')
  return dot < 0 ? undefined : { ...event, type: type.slice(0, dot) }
}

function withoutMetric(event: Event, metric: string): Event {
  const { [metric]: _, ...metrics } = event.metrics
  const { gauges, visitor, daily, ...rest } = event
  const { [metric]: __, ...left } = gauges ?? {}
  // An event that says nothing of hits has one.
  const numbers: Numbers = metric === 'hits' ? { ...metrics, hits: 0 } : metrics
  const isTold = metric !== VISITORS && visitor !== undefined
  return {
    ...rest,
    metrics: numbers,
    ...(Object.keys(left).length && { gauges: left }),
    ...(isTold && { visitor, ...(daily && { daily }) }),
  }
}

/** Dimensions without a path and what is below it; the same object where it is not among them. */
export function withoutPath(dimensions: Dimensions, path: Path): Dimensions {
  const [name = '', ...below] = path
  if (isList(dimensions)) return dimensions.some(isList) ? withoutReady(dimensions, path) : cutList(dimensions, path)
  if (typeof dimensions !== 'object' || dimensions === null) {
    return below.length === 0 && isCalled(dimensions, name) ? null : dimensions
  }
  if (!Object.hasOwn(dimensions, name)) return dimensions
  const tree = dimensions as { readonly [name: string]: Dimensions } // No list, no text: a tree.
  const child = below.length ? withoutPath(tree[name]!, below) : undefined
  if (child === tree[name]) return dimensions
  const left = Object.entries(tree).filter(([each]) => each !== name)
  return Object.fromEntries(child === undefined ? left : [...left, [name, child]])
}

/** A list is one path with every prefix: it ends before the one that goes. */
function cutList(list: readonly Dimensions[], path: Path): Dimensions {
  const starts = path.length <= list.length && path.every((name, i) => isCalled(list[i], name))
  return starts ? list.slice(0, path.length - 1) : list
}

function withoutReady(paths: readonly Dimensions[], path: Path): Dimensions {
  const left = paths.filter((each) => {
    const names = isList(each) ? each : [each]
    return !path.every((name, i) => isCalled(names[i], name))
  })
  if (left.length === paths.length) return paths
  return left.length ? left : null
}

/** Numbers and truths are names by their text. */
const isCalled = (value: Dimensions | undefined, name: string): boolean =>
  value !== null && typeof value !== 'object' && value !== undefined && String(value) === name

const isList = (value: Dimensions): value is readonly Dimensions[] => Array.isArray(value)

/** What is left of a part; the part itself where nothing of it is touched. */
export function withoutPart(bytes: Uint8Array, scope: Scope): Uint8Array[] {
  const left = new Fragment()
  let isTouched = false
  for (const placed of cellsIn(bytes)) {
    const cell = withoutCell(placed.type, placed.path, placed.cell, scope)
    if (cell !== placed.cell) isTouched = true
    if (cell) left.mergeCell({ ...placed, cell })
  }
  return isTouched ? encode(left) : [bytes]
}

/** What is left of a cell; undefined where nothing is. */
export function withoutCell(type: string, path: string, cell: Cell, scope: Scope): Cell | undefined {
  if (scope.visitor !== undefined || !touchesType(scope, type) || !touchesPath(scope, path)) return cell
  return scope.metric === undefined ? undefined : withoutNumber(cell, scope.metric)
}

function withoutNumber(cell: Cell, metric: string): Cell | undefined {
  const i = cell.names.indexOf(metric)
  const hasSketch = metric === VISITORS && cell.visitors !== undefined
  if (i < 0 && !cell.gauges?.has(metric) && !hasSketch) return cell
  const gauges = new Map([...(cell.gauges ?? [])].filter(([name]) => name !== metric))
  const left = empty()
  cell.names.forEach((name, at) => at !== i && add(left, name, cell.sums[at]!, cell.carries[at]!))
  left.gauges = gauges.size ? gauges : undefined
  left.visitors = hasSketch ? undefined : cell.visitors
  return left.names.length || left.gauges || left.visitors ? left : undefined
}
