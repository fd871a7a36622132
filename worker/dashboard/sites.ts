/** Sites: the switch between them, and the form that makes another. */
import { type Html, html } from '../../sdk/chart/html'
import { snippetHtml } from './overview'
import type { Listed, Shown } from './view'

/** `path` is the page that shows the chosen one. */
export function siteSwitch(sites: readonly Listed[], chosen?: Listed, path = '/'): Html {
  if (!sites.length) return html``
  return html`<nav aria-label="Sites"><form class="switch" action="${path}" method="get"><label for="site">Site</label>
<select id="site" name="site">${!chosen && html`<option value="" selected disabled>Choose…</option>`}${sites.map(
    ({ site, name }) => html`<option value="${site}"${site === chosen?.site && html` selected`}>${name}</option>`,
  )}</select>
<button class="plain" id="go">Show</button></form></nav>`
}

/** The browser knows its own zone and all others, so the script fills them in. */
export const makeForm = (): Html => html`<form class="make" id="make" novalidate>
<div><label for="name">Name</label><input id="name" name="name" maxlength="100" required autocomplete="off" aria-describedby="name-error"><p class="error" id="name-error"></p></div>
<div><label for="timezone">Time zone</label><select id="timezone" name="timezone" aria-describedby="timezone-error timezone-hint"><option>UTC</option></select>
<p class="error" id="timezone-error"></p><p class="hint" id="timezone-hint">Days, weeks and months begin by this clock.</p></div>
<div><label for="origins">Hosts that may send <span class="quiet">(optional)</span></label><textarea id="origins" name="origins" rows="2" spellcheck="false" autocapitalize="none" placeholder="example.com" aria-describedby="origins-error origins-hint"></textarea>
<p class="error" id="origins-error"></p><p class="hint" id="origins-hint">One a line, such as <code>example.com</code> or <code>*.example.com</code>. Empty: pages of any host.</p></div>
<p class="error" id="make-error" role="alert"></p>
<div><button>Make the site</button></div>
</form>`

/** What a site's owner seldom needs, folded away at the end. */
export const settings = ({ site, timezone, origins, snippet }: Shown): Html => html`<div class="card stack">
<details><summary>Script tag</summary>${snippetHtml(snippet)}</details>
<details><summary>Make another site</summary>${makeForm()}</details>
<p class="quiet small">Site ${String(site)} · ${timezone} · ${origins.length ? `counts from ${origins.join(', ')}` : 'counts from any host'}</p>
</div>`
