/** The page at `/`: one site over a period, or the way to the first. A pure function of what the route gathered. */
import { decisionsOf } from './decisions'
import { brand, document } from './document'
import { type Html, html } from '../../sdk/chart/html'
import { overviewParts } from './overview'
import { SCRIPT } from './script'
import { makeForm, settings, siteSwitch } from './sites'
import type { Home } from './view'

export function homePage(home: Home, nonce: string): string {
  const { sites, site } = home
  return document({
    title: site ? `${site.name} – Graupel` : 'Graupel',
    nonce,
    body: html`<a class="skip" href="#main">To the numbers</a>
<header class="top">${brand}${siteSwitch(sites, site)}</header>
<main id="main">${mainOf(home)}</main>
<footer class="foot small"><a href="/reference">API reference</a> <form method="post" action="/logout"><button class="link">Log out</button></form></footer>`,
    script: SCRIPT,
  })
}

function mainOf({ sites, site, overview, isFirst = !sites.length }: Home): Html {
  if (site && overview) {
    return html`<div class="title"><h1>${site.name}</h1><p class="quiet small" id="live" role="status"></p><a href="${decisionsOf(site)}">Decisions</a></div>
<div id="overview" data-site="${String(site.site)}" data-period="${overview.period}">${overviewParts(site, overview)}</div>
<div class="part">${settings(site)}</div>`
  }
  if (!isFirst) {
    return html`<div class="card stack"><h1>There is no such site</h1><p>It may have been deleted. Choose another above, or make one.</p>${makeForm()}</div>`
  }
  return html`<div class="card stack"><h1>Make your first site</h1><p class="quiet">Then put one script tag into its pages, and watch the first view arrive.</p>${makeForm()}
${sites.map(({ site: number, name }) => html`<p class="quiet small">Or look at <a href="/?site=${String(number)}">what ${name} counts</a>.</p>`)}</div>`
}
