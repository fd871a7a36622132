/** What was not counted, by reason, each with a sentence on how to mend it. */
import { type Html, html } from '../../sdk/chart/html'
import { count } from './number'
import type { Refused } from './view'

export function refusalTable(caption: string, refused: readonly Refused[]): Html {
  if (!refused.length) return html``
  return html`<section class="card"><table class="refusals"><caption>${caption}</caption>
<thead><tr><th scope="col">Reason, and how to mend it</th><th scope="col" class="n">Times</th></tr></thead>
<tbody>${refused.map(rowHtml)}</tbody></table></section>`
}

const rowHtml = ({ reason, events, why, mend }: Refused): Html =>
  html`<tr><th scope="row"><code>${reason}</code><br>${why} <span class="quiet">${mend}</span></th><td>${count(events)}</td></tr>
`
