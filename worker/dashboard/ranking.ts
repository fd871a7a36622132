/** A dimension's names, ranked: a table whose rows are bars of their own share. */
import { type Html, html } from '../../sdk/chart/html'
import { count } from './number'
import type { Answer } from './view'

const ROWS = 10

export interface Ranking {
  caption: string
  /** What the names are: the heading of their column. */
  kind: string
  answer: Answer
  /** Metric and heading, the one that ranks first. */
  columns: readonly (readonly [metric: string, heading: string])[]
  /** The path below the dimension as a reader knows it. */
  label: (names: readonly string[]) => string
  /** What stands there while there is nothing. */
  empty: string
}

interface Row {
  name: string
  numbers: number[]
}

export function ranking(given: Ranking): Html {
  const rows = rowsOf(given)
  const { caption, kind, columns, empty } = given
  if (!rows.length) return html`<section class="card"><h2>${caption}</h2><p class="quiet">${empty}</p></section>`
  const most = Math.max(...rows.map(({ numbers }) => numbers[0] ?? 0))
  return html`<section class="card"><table class="ranked"><caption>${caption}</caption>
<thead><tr><th scope="col">${kind}</th>${columns.map(([, heading]) => html`<th scope="col" class="n">${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => rowHtml(row, most))}</tbody></table></section>`
}

const rowHtml = ({ name, numbers }: Row, most: number): Html =>
  html`<tr><th scope="row"><span class="row">${bar((numbers[0] ?? 0) / most)}<span>${name}</span></span></th>${numbers.map(
    (number, i) => html`<td${i > 0 && html` class="second"`}>${count(number)}</td>`,
  )}</tr>
`

/** A drawing, since the page's policy forbids styles in attributes. */
const bar = (share: number): Html =>
  html`<svg aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none"><rect width="${(share * 100).toFixed(1)}" height="1"/></svg>`

/** Only leaves: what has children is told by them. */
function rowsOf({ answer, columns, label }: Ranking): Row[] {
  const byPath = Map.groupBy(answer.series, ({ dimension }) => JSON.stringify(dimension))
  const parents = new Set(answer.series.map(({ dimension }) => JSON.stringify(dimension.slice(0, -1))))
  return [...byPath.values()]
    .filter(([each]) => each!.dimension.length > 1 && !parents.has(JSON.stringify(each!.dimension)))
    .map((series) => ({
      name: label(series[0]!.dimension.slice(1)),
      numbers: columns.map(([metric]) => series.find((each) => each.metric === metric)?.total ?? 0),
    }))
    .filter(({ numbers }) => (numbers[0] ?? 0) > 0)
    .sort((a, b) => (b.numbers[0] ?? 0) - (a.numbers[0] ?? 0))
    .slice(0, ROWS)
}

/** Paths alone while they are all of one host; else each with its host. */
export function placeLabel({ series }: Answer): (names: readonly string[]) => string {
  const hosts = new Set(series.flatMap(({ dimension }) => (dimension.length > 2 ? [dimension[1]] : [])))
  return ([host = '', path = '']) => (hosts.size > 1 ? host + path : path || host)
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

export function countryLabel([code = '']: readonly string[]): string {
  if (!/^[A-Z]{2}$/i.test(code)) return code
  return countries.of(code.toUpperCase()) ?? code
}

/** Source, medium and name, as far as the link said them. */
export const campaignLabel = (names: readonly string[]): string => names.join(' › ')

export const ownLabel = ([name = '']: readonly string[]): string => name
