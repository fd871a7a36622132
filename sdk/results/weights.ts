/** With which probabilities options are served now: to anybody, and to whom something is known of; a bar each. */
import { type Html, html } from '../chart/html'
import { shareBar } from '../chart/shares'
import { share } from './number'
import type { Standing } from './standing'
import { swatch } from './table'

export function weightBars({ arms, weights }: Standing): Html {
  if (!weights.length) return html``
  const colors = arms.map((_, index) => index)
  return html`<section aria-labelledby="weights"><h2 id="weights">Who is shown what, now</h2>
<p class="legend">${arms.map(({ id }, index) => html`<span>${swatch(index)} ${id}</span> `)}</p>
<ul class="weights">${weights.map(({ context, probabilities }) => {
    const most = probabilities.indexOf(Math.max(...probabilities))
    return html`<li><span class="who">${contextText(context)}</span>${shareBar(probabilities, colors)}<span class="most"><span class="name">${arms[most]?.id}</span> ${share(
      probabilities[most] ?? 0,
    )}</span><span class="heard">${arms.map(({ id }, i) => `${id} ${share(probabilities[i] ?? 0)}`).join(', ')}</span></li>`
  })}</ul></section>`
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

export function contextText(context: Readonly<Record<string, string>>): string {
  const values = Object.entries(context).map(([name, value]) =>
    name === 'country' && /^[A-Z]{2}$/.test(value) ? (countries.of(value) ?? value) : value,
  )
  return values.join(' · ') || 'Everybody'
}
