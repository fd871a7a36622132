/** How probably each option beats each other, as a table that is read along its rows. */
import { type Html, html } from '../chart/html'
import { tint } from '../chart/shares'
import { chance } from './number'
import { swatch } from './table'
import { shownIn, type View } from './view'

export function winMatrix(view: View): Html {
  const { wins } = view.standing
  const shown = shownIn(view)
  if (shown.length < 2) return html``
  return html`<section aria-labelledby="wins"><h2 id="wins">Which beats which</h2>
<p class="quiet small">How probably the option of a row is better than that of a column. To be looked at, and not to stop by.</p>
<div class="wide" tabindex="0" role="region" aria-label="Table of which beats which"><table class="matrix"><thead><tr><td></td>${shown.map(
    ({ arm, index }) => html`<th scope="col">${swatch(index)} <span class="name">${arm.id}</span></th>`,
  )}</tr></thead><tbody>${shown.map(
    ({ arm, index }) =>
      html`<tr><th scope="row">${swatch(index)} <span class="name">${arm.id}</span></th>${shown.map((other) => {
        const win = wins[index]?.[other.index] ?? 0.5
        return other.index === index
          ? html`<td class="quiet">–</td>`
          : html`<td><span class="tinted">${tint(win)}<span>${chance(win)}</span></span></td>`
      })}</tr>`,
  )}</tbody></table></div></section>`
}
