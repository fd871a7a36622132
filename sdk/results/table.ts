/** The results as a table: a row an option, each number in words and, where it has bounds, as a whisker on one scale. */
import { type Html, html } from '../chart/html'
import { tint } from '../chart/shares'
import { colorOf } from '../chart/theme'
import { domainOf, whisker } from '../chart/whisker'
import { between, chance, change, count, gain, rateIn, share, UNKNOWN } from './number'
import type { Arm, Standing, Uplift } from './standing'
import { type Shown, shownIn, type View } from './view'

interface Column {
  heading: string
  /** Whether numbers of this kind are there at all. */
  isIn?: (standing: Standing) => boolean
  cell: (shown: Shown, scales: Scales) => Html
}

type Domain = readonly [least: number, most: number]

interface Scales {
  standing: Standing
  rates: Domain
  uplifts: Domain
  control: Arm | undefined
}

const COLUMNS: readonly Column[] = [
  { heading: 'Decisions', cell: ({ arm }) => html`${count(arm.trials)}` },
  { heading: 'Rate', cell: rateCell },
  { heading: 'Against the control', cell: upliftCell },
  { heading: 'Unbiased gain a decision', isIn: ({ arms }) => arms.some(({ weighted }) => weighted), cell: gainCell },
  { heading: 'Is the best', cell: ({ arm }) => tinted(arm.p_best, chance(arm.p_best)) },
  { heading: 'Expected loss', cell: ({ arm }, { standing }) => html`${rateIn(standing)(arm.expected_loss)}` },
  { heading: 'Served', cell: ({ arm }) => tinted(arm.share, share(arm.share)) },
]

export function resultTable(view: View): Html {
  const { standing } = view
  const shown = shownIn(view)
  const scales = scalesOf(shown, standing)
  const columns = COLUMNS.filter(({ isIn }) => isIn?.(standing) ?? true)
  return html`<section aria-labelledby="results"><h2 id="results">Results</h2>
<p class="quiet small">${captionOf(standing)}</p>
<table role="table" aria-labelledby="results"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Option</th>${columns.map(
    ({ heading }) => html`<th role="columnheader" scope="col">${heading}</th>`,
  )}</tr></thead><tbody role="rowgroup">${shown.map(
    (each) =>
      html`<tr role="row"><th role="rowheader" scope="row">${nameOf(each, standing)}</th>${columns.map(
        ({ heading, cell }) =>
          html`<td role="cell"><span class="label" aria-hidden="true">${heading}</span><div class="cell">${cell(each, scales)}</div></td>`,
      )}</tr>`,
  )}</tbody></table></section>`
}

/** What a rate is here, and what is better. */
function captionOf({ kind, num, den, goal }: Standing): string {
  const what = kind === 'rate' ? 'Rewarded decisions of all' : `${num} / ${den}`
  return `${what}, with 95% intervals; ${goal} is better. Bounds against the control hold however often one looks.`
}

export const swatch = (index: number): Html =>
  html`<svg class="swatch ${colorOf(index)}" aria-hidden="true" width="12" height="12"><circle fill="currentColor" cx="6" cy="6" r="5"/></svg>`

const nameOf = ({ arm, index }: Shown, { control, winner }: Standing): Html =>
  html`${swatch(index)} <span class="name">${arm.id}</span>${arm.id === control && html` <span class="tag">control</span>`}${
    arm.id === winner && html` <span class="tag">winner</span>`
  }`

const tinted = (value: number, text: string): Html =>
  html`<span class="tinted">${tint(value)}<span>${text}</span></span>`

function rateCell({ arm, index }: Shown, { standing, rates, control }: Scales): Html {
  const say = rateIn(standing)
  if (!arm.trials) return html`${UNKNOWN}`
  return html`<b>${say(arm.rate)}</b> <span class="quiet">${between(arm.ci95, say)}</span>${whisker({
    value: arm.rate,
    interval: arm.ci95,
    domain: rates,
    mark: control?.rate,
    color: index,
  })}`
}

function upliftCell({ arm: { uplift }, index }: Shown, { uplifts }: Scales): Html {
  if (!uplift) return html`<span class="quiet">is the control</span>`
  if (uplift.rel === null) return html`${UNKNOWN}`
  const { rel, cs95, p_always: p } = uplift
  return html`<b>${change(rel)}</b> <span class="quiet">${between(cs95, change)}${
    p !== null && html`, p ${p < 0.001 ? '<0.001' : p.toFixed(3)}`
  }</span>${whisker({ value: rel, interval: cs95 ?? undefined, domain: uplifts, mark: 0, color: index })}`
}

function gainCell({ arm: { weighted } }: Shown): Html {
  if (!weighted) return html`<span class="quiet">${UNKNOWN}</span>`
  return html`<b>${gain(weighted.difference)}</b> <span class="quiet">${between(weighted.always, gain)}</span>`
}

/** Of those that are shown. Beyond twice the control, or below nothing, a bound says that little is known, and is cut. */
function scalesOf(shown: readonly Shown[], standing: Standing): Scales {
  const seen = shown.filter(({ arm }) => arm.trials)
  const uplifts = seen.flatMap(({ arm: { uplift } }) => (uplift ? boundsOf(uplift) : []))
  return {
    standing,
    control: standing.arms.find(({ id }) => id === standing.control),
    rates: domainOf(seen.flatMap(({ arm }) => [arm.rate, ...arm.ci95])),
    uplifts: domainOf([0, ...uplifts.map((each) => Math.min(Math.max(each, -1), MOST_UPLIFT))]),
  }
}
const MOST_UPLIFT = 2

const boundsOf = ({ rel, cs95 }: Uplift): number[] => [...(rel === null ? [] : [rel]), ...(cs95 ?? [])]
