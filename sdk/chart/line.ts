/**
 * A graph as lines: a whole SVG text that needs nothing else, is read out as one image, and follows the reader's light
 * or dark. Pure: the same graph and options give the same text, in a browser as at the edge.
 */
import { area, curveMonotoneX, line as path } from 'd3-shape'
import type { Graph, Point } from '../wire/query'
import { legend, namesOf, SWATCH } from './legend'
import { niceDomain, type Scale, scale, valueTicks } from './scale'
import { escaped, fitted, numberText, tickText, widthOf } from './text'
import { colorOf, comesAgain, sheetOf, type Theme } from './theme'
import { clockIn, isOpen, rangeText, timeTicks } from './time'

export interface Options {
  width: number
  height: number
  title?: string
  theme?: Theme
  /** Names of the series, in their order, instead of paths and metrics. */
  labels?: readonly string[]
  /** Numbers of the series' colours, in their order, where they are part of a list that is drawn elsewhere. */
  colors?: readonly number[]
  /** Leaves the style out, for a page that adopts `sheetOf` the theme itself. */
  bare?: true
}

const FONT = 11
const TITLE = 14
const EDGE = 12
const ROW = 18
/** Names give way to the lines: these need so much of the height. */
const LEAST_PLOT = 130
/** Pixels between labels that leave them apart: `21 Nov` and some air. */
const PER_TIME_LABEL = 64
const PER_VALUE_LABEL = 44
/** Decimals of a pixel: finer than any screen, and a text half as long. */
const DIGITS = 1

const NOTHING = 'Nothing counted yet'

interface Frame {
  left: number
  right: number
  top: number
  bottom: number
}

export function line(graph: Graph, options: Options): string {
  const { width, height, theme = 'auto', title = '', colors } = options
  const colorAt = (index: number) => colors?.[index] ?? index
  const names = graph.series.length > 1 || options.labels ? namesOf(graph, options.labels) : []
  const mostRows = Math.floor((height - LEAST_PLOT) / ROW)
  const entries = legend(names, { fontSize: FONT, left: EDGE, right: width - EDGE, mostRows })
  const rows = entries.length ? entries.at(-1)!.row + 1 : 0
  const named = EDGE + (title ? TITLE + 10 : 0)
  const top = named + rows * ROW + FONT
  const values = graph.series.flatMap(({ points }) => points.map(([, value]) => value))
  const count = Math.max(2, Math.round((height - top) / PER_VALUE_LABEL))
  const metric = graph.series[0]?.metric ?? ''
  const domain = niceDomain(values, count)
  const isEmpty = !values.some(Boolean)
  const marks = (isEmpty ? [0] : valueTicks(domain, count, values)).map((value) => ({
    value,
    text: tickText(value, metric),
  }))
  const left = EDGE + Math.max(0, ...marks.map(({ text }) => widthOf(text, FONT))) + 8
  const frame: Frame = { left, right: width - EDGE - 4, top, bottom: height - EDGE - FONT - 6 }
  const y = scale(domain, [frame.bottom, frame.top])
  const starts = graph.series[0]?.points.map(([start]) => start) ?? []
  const x = scale([starts[0] ?? 0, starts.at(-1) ?? 0], [frame.left, frame.right])
  const id = `graupel-${hash(JSON.stringify([graph, options]))}`
  const name = title || 'Graph'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="graupel-chart graupel-${theme}" role="img" aria-labelledby="${id}-t ${id}-d" `,
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title id="${id}-t">${escaped(name)}</title><desc id="${id}-d">${escaped(description(graph, names))}</desc>`,
    options.bare ? '' : `<style>${sheetOf(theme)}</style>`,
    `<rect class="g-ground" width="${width}" height="${height}" rx="8"/>`,
    head(graph, title, width),
    ...entries.map(({ index, text, x, row }) => legendEntry(colorAt(index), text, x, named + row * ROW)),
    ...marks.map((mark) => valueMark(mark, y(mark.value), frame)),
    ...timeMarks(starts, x, frame, graph.timezone),
    ...(isEmpty ? [nothing(frame)] : series(graph, { x, y, id, frame, colorAt })),
    '</svg>',
  ].join('')
}

/** Title to the left; to the right the total, where there is but one. */
function head({ series }: Graph, title: string, width: number): string {
  if (!title) return ''
  const [only, second] = series
  const total = only && !second ? numberText(only.total, only.metric) : ''
  const room = width - 2 * EDGE - widthOf(total, TITLE) - EDGE
  const y = EDGE + TITLE
  const right = total && text('g-title', width - EDGE, y, total, `font-size="${TITLE}" text-anchor="end"`)
  return text('g-title', EDGE, y, fitted(title, TITLE, room), `font-size="${TITLE}"`) + right
}

function legendEntry(color: number, name: string, x: number, y: number): string {
  const middle = y + ROW / 2
  return (
    `<path class="g-line${comesAgain(color) ? ' g-again' : ''} ${colorOf(color)}" d="M${px(x)},${px(middle)}h14"/>` +
    text('g-label', x + SWATCH, middle + FONT * 0.35, name, `font-size="${FONT}"`)
  )
}

function valueMark({ value, text: label }: { value: number; text: string }, y: number, { left, right }: Frame): string {
  return (
    `<path class="${value === 0 ? 'g-zero' : 'g-grid'}" d="M${px(left)},${px(y)}H${px(right)}"/>` +
    text('g-label', left - 8, y + FONT * 0.35, label, `font-size="${FONT}" text-anchor="end"`)
  )
}

function timeMarks(starts: readonly number[], x: Scale, { left, right, bottom }: Frame, timezone: string): string[] {
  const most = Math.max(2, Math.floor((right - left) / PER_TIME_LABEL))
  return timeTicks(starts, most, timezone).map(({ ms, text: label }) => {
    const half = widthOf(label, FONT) / 2
    // A label at an edge moves in: nothing is drawn outside.
    const at = Math.min(Math.max(x(ms), half + 2), right + EDGE - half)
    return (
      `<path class="g-zero" d="M${px(x(ms))},${px(bottom)}v4"/>` +
      text('g-label', at, bottom + FONT + 8, label, `font-size="${FONT}" text-anchor="middle"`)
    )
  })
}

interface Drawing {
  x: Scale
  y: Scale
  id: string
  frame: Frame
  colorAt: (index: number) => number
}

/** The first series is drawn last, on top of the others. */
function series(graph: Graph, drawing: Drawing): string[] {
  const local = clockIn(graph.timezone)
  const isAlone = graph.series.length === 1
  return graph.series
    .map(({ points }, index) => {
      const color = drawing.colorAt(index)
      const last = points.at(-1)
      const open = last !== undefined && isOpen(graph.interval, last[0], graph.to, local)
      const lines = (isAlone ? shade(points, open, drawing) : '') + curve(points, comesAgain(color), open, drawing)
      return `<g class="${colorOf(color)}">${lines}</g>`
    })
    .reverse()
}

/** The bucket that is still being counted is dotted: its value is not its last. */
function curve(points: readonly Point[], isAgain: boolean, open: boolean, { x, y }: Drawing): string {
  const [first, second] = points
  if (!first) return ''
  const end = points.at(-1)!
  const dot = `<circle fill="currentColor" cx="${px(x(end[0]))}" cy="${px(y(end[1]))}" r="${second ? 2.5 : 4}"/>`
  if (!second) return dot
  const draw = path<Point>(
    ([ms]) => x(ms),
    ([, value]) => y(value),
  )
    .curve(curveMonotoneX)
    .digits(DIGITS)
  const again = isAgain ? ' g-again' : ''
  if (!open) return `<path class="g-line${again}" d="${draw([...points])}"/>`
  const closed = points.slice(0, -1)
  return (
    (closed.length > 1 ? `<path class="g-line${again}" d="${draw(closed)}"/>` : '') +
    `<path class="g-line g-open" d="${draw(points.slice(-2))}"/>${dot}`
  )
}

/** Under the very line: straight to the bucket that is still being counted. */
function shade(points: readonly Point[], open: boolean, { x, y, id }: Drawing): string {
  if (points.length < 2) return ''
  const draw = area<Point>(
    ([ms]) => x(ms),
    y(0),
    ([, value]) => y(value),
  )
    .curve(curveMonotoneX)
    .digits(DIGITS)
  const parts = open ? [points.slice(0, -1), points.slice(-2)] : [[...points]]
  const stop = (offset: number, opacity: number) =>
    `<stop offset="${offset}" stop-color="currentColor" stop-opacity="${opacity}"/>`
  return (
    `<linearGradient id="${id}-s" x1="0" y1="0" x2="0" y2="1">${stop(0, 0.28)}${stop(1, 0.03)}</linearGradient>` +
    `<path fill="url(#${id}-s)" d="${parts.map((part) => draw(part)).join('')}"/>`
  )
}

const nothing = ({ left, right, top, bottom }: Frame): string =>
  text('g-label', (left + right) / 2, (top + bottom) / 2, NOTHING, `font-size="${TITLE}" text-anchor="middle"`)

/** What the picture says, for those who hear it. */
function description({ series, from, to, timezone, interval, partial }: Graph, names: readonly string[]): string {
  const each = series.map(({ metric, total, points }, i) => {
    const most = Math.max(0, ...points.map(([, value]) => value))
    const name = names[i] ?? metric
    return `${name}: ${numberText(total, metric)} in total, ${numberText(most, metric)} at the most in one ${interval}`
  })
  const missing = partial ? ['The newest events may be missing.'] : []
  return [
    `${rangeText(from, to, timezone)}.`,
    ...(each.length ? each.map((text) => `${text}.`) : [`${NOTHING}.`]),
    ...missing,
  ].join(' ')
}

const text = (name: string, x: number, y: number, content: string, attributes: string): string =>
  `<text class="${name}" x="${px(x)}" y="${px(y)}" ${attributes}>${escaped(content)}</text>`

const px = (value: number): string => String(Math.round(value * 10 ** DIGITS) / 10 ** DIGITS)

/** FNV-1a, 32 bits: several drawings on one page need names of their own, the same each time. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return (value >>> 0).toString(36)
}
