/**
 * The pages at `/decisions`: a site's experiments with the form that makes one, and one of them with its results and what
 * can be done to it. Frames alone: what stands in them their scripts ask of the public API, like any customer of it.
 */
import { type Html, html } from '../../sdk/chart/html'
import { CHANGES } from './changes'
import { brand, document } from './document'
import { EXPERIMENTS } from './experiments'
import { siteSwitch } from './sites'
import type { Listed } from './view'

export interface Decisions {
  sites: readonly Listed[]
  /** Absent where there is none of that number or name. */
  site?: Listed
  /** The experiment that is shown, if it is one. */
  decision?: string
}

export function decisionsPage({ sites, site, decision }: Decisions, nonce: string): string {
  const isOne = site !== undefined && decision !== undefined
  return document({
    title: `${decision ?? 'Decisions'} – Graupel`,
    nonce,
    style: STYLE,
    body: html`<a class="skip" href="#main">To the results</a>
<header class="top">${brand}${siteSwitch(sites, site, '/decisions')}</header>
<main id="main">${isOne ? one(site, decision) : site ? all(site) : none()}</main>
<footer class="foot small"><a href="/reference">API reference</a> <form method="post" action="/logout"><button class="link">Log out</button></form></footer>
${isOne && html`<script nonce="${nonce}" src="/results.js"></script>`}`,
    script: isOne ? CHANGES : EXPERIMENTS,
  })
}

const none = (): Html =>
  html`<div class="card stack"><h1>There is no such site</h1><p>It may have been deleted. Choose another above, or <a href="/">make one</a>.</p></div>`

const numbersOf = ({ site }: Listed): string => `/?site=${site}`
export const decisionsOf = ({ site }: Listed): string => `/decisions?site=${site}`

const all = (
  site: Listed,
): Html => html`<div class="title"><h1>Decisions of ${site.name}</h1><a href="${numbersOf(site)}">Its numbers</a></div>
<section class="card" aria-labelledby="list" id="experiments" data-site="${String(site.site)}"><div class="title"><h2 id="list">Experiments</h2>
<label class="check"><input type="checkbox" id="hidden"> Hidden ones too</label></div>
<p id="said" role="status">Asking…</p>
<div class="scroll" id="found" tabindex="0" role="region" aria-label="Table of experiments" hidden><table class="list"><thead><tr><th scope="col">Name</th><th scope="col">Is</th><th scope="col">Policy</th><th scope="col">Options</th><th scope="col" class="n">Decisions</th><th scope="col">Best so far</th></tr></thead><tbody></tbody></table></div>
</section>
<section class="card" aria-labelledby="new"><h2 id="new">Make an experiment</h2>${form()}</section>`

/** A policy as a person would ask for it. */
const POLICIES = [
  ['contextual', 'More of what does well, by visitor'],
  ['thompson', 'More of what does well, the same for all'],
  ['split', 'A fixed split (A/B test)'],
  ['hailwhale', 'HailWhale’s rule'],
] as const

const form = (): Html => html`<form class="make" id="make" novalidate>
${field('decision', 'Name', html`<input id="decision" name="decision" maxlength="100" required autocomplete="off" aria-describedby="decision-error">`)}
${field(
  'options',
  'Options',
  html`<textarea id="options" name="options" rows="3" required spellcheck="false" aria-describedby="options-error options-hint"></textarea>`,
  'One a line, two or more. The first is the one that others are compared with.',
)}
${field(
  'policy',
  'Policy',
  html`<select id="policy" name="policy" aria-describedby="policy-error">${POLICIES.map(
    ([name, words]) => html`<option value="${name}">${words}</option>`,
  )}</select>`,
)}
${field(
  'by',
  'What is to be had <optional>',
  html`<input id="by" name="by" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="earned/spent" aria-describedby="by-error by-hint">`,
  'A metric a decision, or one by another. Empty: how many decisions are rewarded.',
)}
${field(
  'goal',
  'What is better',
  html`<select id="goal" name="goal" aria-describedby="goal-error"><option value="more">More of it</option><option value="less">Less of it</option></select>`,
)}
${field(
  'weights',
  'Weights <optional>',
  html`<input id="weights" name="weights" autocomplete="off" inputmode="decimal" placeholder="1, 1, 2" aria-describedby="weights-error weights-hint">`,
  'A number an option, in their order. Empty: all alike.',
)}
<p class="error" id="make-error" role="alert"></p>
<div><button>Make the experiment</button></div>
</form>`

/** `<optional>` in a label is said more quietly. */
function field(name: string, label: string, input: Html, hint?: string): Html {
  const [words, more] = label.split(' <')
  return html`<div><label for="${name}">${words}${more !== undefined && html` <span class="quiet">(optional)</span>`}</label>${input}<p class="error" id="${name}-error"></p>${
    hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`
  }</div>`
}

const one = (
  site: Listed,
  decision: string,
): Html => html`<div class="title"><h1>${decision}</h1><a href="${decisionsOf(site)}">All of ${site.name}</a></div>
<div class="actions" id="actions" data-site="${String(site.site)}" data-decision="${decision}" hidden>
<button type="button" class="plain" data-does="pause">Pause</button><button type="button" class="plain" data-does="resume">Resume</button><button type="button" class="plain" data-does="finish">Finish…</button><button type="button" class="plain" data-does="hide">Hide</button><button type="button" class="plain" data-does="show">Show in the list</button><button type="button" class="plain bad" data-does="delete">Delete…</button>
<p class="error" id="act-error" role="alert"></p></div>
<graupel-results site="${String(site.site)}" decision="${decision}"></graupel-results>
<dialog id="finish" aria-labelledby="finish-title"><form method="dialog" class="stack"><h2 id="finish-title">Finish it?</h2>
<p>From then on everybody gets the winner, and nothing more is learnt.</p>
<div><label for="winner">Winner</label><select id="winner" name="winner"></select></div>
<div class="buttons"><button value="yes">Finish</button><button class="plain" value="no">Cancel</button></div></form></dialog>
<dialog id="delete" aria-labelledby="delete-title"><form method="dialog" class="stack"><h2 id="delete-title">Delete it?</h2>
<p>What was learnt and counted of <b class="name">${decision}</b> is gone for good, and rewards that are still to come are nobody’s.</p>
<div class="buttons"><button class="danger" value="yes">Delete</button><button class="plain" value="no">Cancel</button></div></form></dialog>`

const STYLE = `
.check { display: inline-flex; gap: .5rem; align-items: center; font-weight: 400; margin: 0; }
.check input { width: 1.125rem; height: 1.125rem; min-height: 0; margin: 0; accent-color: var(--accent); }
.scroll { overflow-x: auto; }
table.list tbody tr { border-top: 1px solid var(--line); }
table.list th, table.list td { text-align: left; padding: .625rem 1.25rem .625rem 0; white-space: normal; vertical-align: top; }
table.list tbody th { width: auto; min-width: 8rem; font-weight: 550; overflow-wrap: anywhere; }
table.list td { min-width: 5rem; overflow-wrap: break-word; }
table.list td.n { text-align: right; }
table.list thead th { padding-bottom: .375rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1.25rem; align-items: center; }
#new { margin-bottom: 1rem; }
.make div > .error { margin-top: .375rem; }
button.bad { color: var(--bad); }
button.danger { background: var(--bad); color: var(--card); }
dialog { color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; max-width: min(30rem, calc(100vw - 2rem)); }
dialog::backdrop { background: rgb(0 0 0 / .45); }
.buttons { display: flex; gap: .5rem; }
.name { overflow-wrap: anywhere; }
graupel-results { display: block; min-height: 20rem; }
`
