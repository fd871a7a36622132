/** One site over a period: figures, the line, rankings, refusals. Each part can be swapped for a newer one by its name. */
import { line } from '../../sdk/chart/line'
import { type Html, html } from '../../sdk/chart/html'
import { count, rate, ratio } from './number'
import { campaignLabel, countryLabel, ownLabel, placeLabel, ranking } from './ranking'
import { refusalTable } from './refusals'
import { type Answer, type Overview, PERIODS, type PeriodName, type Shown, totalOf } from './view'

/** Drawn twice, since letters scaled down to a phone's width could not be read. */
const WIDE = { width: 1040, height: 280 }
const NARROW = { width: 340, height: 240 }
const MINUTE = 60_000

/** The lines of the drawing; rates of a few visitors an hour would only jump. */
const LINES = { hits: 'Pageviews', sessions: 'Sessions' }
const VIEWS = [
  ['hits', 'Views'],
  ['sessions', 'Sessions'],
] as const

export function overviewParts(site: Shown, overview: Overview): Html {
  return html`${part('state', state(site, overview))}
${
  !overview.isNew &&
  html`${part('numbers', numbers(site, overview))}
${part('names', rankings(overview))}`
}
${part('refused', refused(overview))}`
}

/** The page's script swaps a part only where it differs, so that nothing else flickers or loses its place. */
const part = (name: string, content: Html): Html => html`<div class="part" data-part="${name}">${content}</div>`

function state({ snippet }: Shown, { isNew, views }: Overview): Html {
  if (isNew) {
    return html`<section class="card" aria-labelledby="begin"><h2 id="begin">Put this into the head of every page</h2>
${snippetHtml(snippet)}
<p class="waiting" role="status">Waiting for the first event…</p>
<p class="hint">It shows here by itself, within two seconds. On localhost the script stays silent: add <code>data-local</code> to the tag to count there too.</p>
</section>`
  }
  if (!views.partial) return html``
  return html`<p class="card small" role="status">Part of the server did not answer in time: its newest events are missing here, not lost.</p>`
}

export const snippetHtml = (snippet: string): Html =>
  html`<div class="snippet"><pre tabindex="0" aria-label="Script tag"><code>${snippet}</code></pre>
<button type="button" class="copy">Copy</button></div>`

function numbers(site: Shown, { period, views, downloads }: Overview): Html {
  const { name, each } = PERIODS[period]
  const hits = totalOf(views, 'hits')
  const sessions = totalOf(views, 'sessions')
  // Of these nobody knows whether they had a second page, so the rate leaves them out.
  const unjudged = totalOf(views, 'sessions_by_time') + totalOf(views, 'sessions_by_referrer')
  const figures: [string, string][] = [
    ['Pageviews', count(hits)],
    visitors(views),
    ['Sessions', count(sessions)],
    ['Bounce rate', rate(totalOf(views, 'bounce_rate'), sessions - unjudged)],
    ['Pages a session', ratio(totalOf(views, 'pages_per_session'), sessions)],
    ['Downloads', count(totalOf(downloads, 'hits', ['file']))],
  ]
  return html`<section class="card" aria-labelledby="figures"><div class="title"><h2 id="figures">Last ${name} <span class="quiet small">${views.timezone}</span></h2>${periodSwitch(site, period)}</div>
<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<picture class="chart"><source media="(max-width: 40rem)" srcset="${drawn(site, views, NARROW)}"><img src="${drawn(site, views, WIDE)}" alt="Pageviews and sessions by the ${each}, the last ${name}"></picture>
</section>`
}

/** Distinct people, as far as they can be told apart: a sum over days or weeks says so. */
function visitors({ series }: Answer): [name: string, shown: string] {
  const of = series.find(({ metric, dimension }) => metric in SUMS && !dimension.length)
  return [SUMS[of?.totalIs ?? of?.metric ?? ''] ?? 'Visitors', count(of?.total ?? 0)]
}
const SUMS: Record<string, string> = {
  visitors: 'Visitors',
  daily_visitors: 'Visitors, by day',
  visitors_week: 'Visitors, by week',
}

const periodSwitch = ({ site }: Shown, chosen: PeriodName): Html =>
  html`<nav class="periods" aria-label="Period">${periodNames.map(
    (period) =>
      html`<a href="/?site=${String(site)}&amp;period=${period}"${period === chosen && html` aria-current="true"`}>${PERIODS[period].name}</a>`,
  )}</nav>`
const periodNames = Object.keys(PERIODS) as PeriodName[] // The keys of that very table.

/** An image of its own: a drawing carries its style in itself, which the page's policy forbids to the page. */
function drawn({ site }: Shown, views: Answer, size: { width: number; height: number }): string {
  const graph = {
    ...views,
    site,
    // A drawing that says the same is the same text, so that nothing is swapped for its like.
    to: views.to - (views.to % MINUTE),
    series: Object.keys(LINES).flatMap((name) => views.series.filter(({ metric }) => metric === name)),
  }
  return `data:image/svg+xml,${encodeURIComponent(line(graph, { ...size, labels: Object.values(LINES) }))}`
}

const rankings = ({
  pages,
  sources,
  countries,
  browsers,
  downloads,
  campaigns,
  events,
}: Overview): Html => html`<div class="pair">
${ranking({ caption: 'Pages', kind: 'Page', answer: pages, columns: [['hits', 'Views']], label: placeLabel(pages), empty: 'No page in this time.' })}
${ranking({ caption: 'Sources', kind: 'Source', answer: sources, columns: VIEWS, label: ownLabel, empty: 'No source in this time.' })}
${ranking({ caption: 'Countries', kind: 'Country', answer: countries, columns: VIEWS, label: countryLabel, empty: 'No country in this time.' })}
${ranking({ caption: 'Browsers', kind: 'Browser', answer: browsers, columns: VIEWS, label: ownLabel, empty: 'No browser in this time.' })}
${ranking({ caption: 'Downloads', kind: 'File', answer: downloads, columns: [['hits', 'Clicks']], label: placeLabel(downloads), empty: 'Clicks on files such as .pdf and .zip show here.' })}
${ranking({ caption: 'Campaigns', kind: 'Campaign', answer: campaigns, columns: VIEWS, label: campaignLabel, empty: 'Links with utm_campaign show here.' })}
${ranking({ caption: 'Your own events', kind: 'Type', answer: byType(events), columns: [['hits', 'Events']], label: ownLabel, empty: 'What graupel.count(), pixels and your servers send shows here.' })}
</div>`

/** Types are no dimension of each other, so each was asked for alone; here they stand as the children of one. */
function byType(events: readonly Answer[]): Answer {
  const series = events.flatMap(({ type, series: roots }) =>
    roots.map((each) => ({ ...each, dimension: ['type', type] })),
  )
  return { ...(events[0] ?? NONE), series }
}
const NONE: Answer = { type: '_', interval: 'all', timezone: 'UTC', from: 0, to: 0, series: [] }

const refused = ({ period, refused: own, stray }: Overview): Html =>
  html`${refusalTable(`Not counted, last ${PERIODS[period].name}`, own)}
${refusalTable('Refused before a site was known, since the start', stray)}`
