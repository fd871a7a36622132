/**
 * A number with its interval, as a dot on a line with ends: one of several under each other that share a scale. As wide as
 * the box it stands in, so that it has no text; the numbers stand beside it.
 */
import { type Html, html } from './html'
import { colorOf } from './theme'

export interface Whisker {
  value: number
  /** Absent where there are no bounds. */
  interval?: readonly [low: number, high: number] | undefined
  /** Of all that stand under each other. */
  domain: readonly [least: number, most: number]
  /** Where the others' line is: nothing gained, or the control. */
  mark?: number | undefined
  color: number
}

const HEIGHT = 22
const MIDDLE = HEIGHT / 2
const END = 4
/** A dot at an edge is seen whole. */
const EDGE = 3

export function whisker({ value, interval, domain, mark, color }: Whisker): Html {
  const x = (at: number) => percent(EDGE + placeIn(domain, at) * (100 - 2 * EDGE))
  const [low, high] = interval ? [x(interval[0]), x(interval[1])] : ['', '']
  return html`<svg class="g-whisker ${colorOf(color)}" aria-hidden="true" width="100%" height="${HEIGHT}">${
    mark !== undefined && html`<line class="g-mark" x1="${x(mark)}" x2="${x(mark)}" y1="0" y2="${HEIGHT}"/>`
  }${
    interval &&
    html`<line class="g-line" x1="${low}" x2="${high}" y1="${MIDDLE}" y2="${MIDDLE}"/>${[low, high].map(
      (end) => html`<line class="g-line" x1="${end}" x2="${end}" y1="${MIDDLE - END}" y2="${MIDDLE + END}"/>`,
    )}`
  }<circle fill="currentColor" cx="${x(value)}" cy="${MIDDLE}" r="4"/></svg>`
}

/** 0 to 1; what lies outside is drawn at the edge. */
const placeIn = ([least, most]: Whisker['domain'], at: number): number =>
  most > least ? Math.min(1, Math.max(0, (at - least) / (most - least))) : 0.5

const percent = (value: number): string => `${value.toFixed(2)}%`

/** The least and the most of all numbers that are some, with their own span where there is but one. */
export function domainOf(values: readonly number[]): [least: number, most: number] {
  const finite = values.filter(Number.isFinite)
  return finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 1]
}
