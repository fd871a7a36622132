/** The head of it in words: what it is, since when, and how far; and what is known of how it runs. */
import { type Html, html } from '../chart/html'
import { change, count, lasting, share } from './number'
import type { Standing } from './standing'

const POLICIES: Readonly<Record<string, string>> = {
  split: 'a fixed split',
  thompson: 'more of what does well, to all alike',
  contextual: 'more of what does well, by visitor',
  hailwhale: 'HailWhale’s rule',
}

export function headline({ status, policy, arms, created, winner }: Standing): Html {
  const decisions = arms.reduce((sum, { trials }) => sum + trials, 0)
  const since = new Date(created).toISOString().slice(0, 10)
  return html`<dl class="figures"><div><dt>Decisions</dt><dd>${count(decisions)}</dd></div>
<div><dt>Best so far</dt><dd class="word name">${winner ?? bestOf(arms) ?? '–'}</dd></div>
<div><dt>Is</dt><dd class="word">${status}</dd></div>
<div><dt>Serves</dt><dd class="word">${POLICIES[policy] ?? policy}</dd></div>
<div><dt>Since</dt><dd class="word"><time datetime="${since}">${since}</time></dd></div></dl>`
}

/** Nothing is the best of what was never shown. */
export function bestOf(arms: Standing['arms']): string | undefined {
  if (!arms.some(({ trials }) => trials)) return undefined
  return arms.reduce((best, arm) => (arm.p_best > best.p_best ? arm : best)).id
}

export function runningFacts({ srm, holdout, delay }: Standing): Html {
  return html`<section aria-labelledby="facts"><h2 id="facts">How it runs</h2><dl class="facts">
<div><dt>Half of the rewards come within</dt><dd>${lasting(delay.median)}</dd></div>
<div><dt>Nine in ten come within</dt><dd>${lasting(delay.p90)}</dd></div>
<div><dt>Rewards still to come</dt><dd>${share(delay.pending)}</dd></div>
<div><dt>Served as the weights say, p</dt><dd>${Math.min(srm.p, srm.p_always).toFixed(3)}</dd></div>
${holdout.lift !== null && html`<div><dt>Earned over serving all alike</dt><dd>${change(holdout.lift)}</dd></div>`}
</dl></section>`
}
