/** `/`: one site's last 24 hours behind the login. It asks the site's Whale what any reader of `/graph` might. */
import { type Context, Hono } from 'hono'
import { homePage } from '../dashboard/home'
import { lockedPage } from '../dashboard/login'
import { type Answer, type Day, METRICS, type Refused } from '../dashboard/view'
import { pod, whale } from '../env'
import { type Reason, refusals } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { type App, isLoggedIn, originOf } from './access'
import { graphOf } from './answers'
import { deploymentOf } from './deployment'
import { page } from './page'
import { type Query, questionOf } from './question'
import { NO_SITE, REFUSED_TYPE } from './refusals'
import { snippetOf } from './sites'

/** The shop that comes along is nobody's own site: a newcomer is asked to make one. */
const DEMO = 'demo'
const PERIOD = '24h'
const VIEWS = { type: 'pageview', metric: 'hits,sessions', depth: '1' }

/** Each part of the page is one question. Places are host and path, so they are asked a level deeper. */
const QUESTIONS = {
  views: { type: 'pageview', metric: METRICS.join(',') },
  pages: { type: 'pageview', dimension: 'page', depth: '2' },
  sources: { ...VIEWS, dimension: 'source' },
  countries: { ...VIEWS, dimension: 'country' },
  browsers: { ...VIEWS, dimension: 'browser' },
  downloads: { type: 'download', dimension: 'file', depth: '2' },
  refused: { type: REFUSED_TYPE, dimension: 'reason', depth: '1', limit: String(Object.keys(refusals).length) },
} satisfies Record<string, Query>

type Part = keyof typeof QUESTIONS

export const home = new Hono<App>().get('/', async (c) => {
  const now = Date.now()
  if (!(await isLoggedIn(c, now))) return page(c, lockedPage, 401)
  const { directory } = await deploymentOf(c.env)
  const sites = await directory.all(c.env, now)
  const asked = c.req.query('site')
  const own = sites.filter(({ name }) => c.env.GRAUPEL_DEMO !== '1' || name !== DEMO)
  const site = asked === undefined ? own.at(-1) : sites.find((each) => String(each.site) === asked)
  const isFirst = asked === undefined && !own.length
  if (!site) return page(c, (nonce) => homePage({ sites, isFirst }, nonce), isFirst ? 200 : 404)
  const shown = {
    site: site.site,
    name: site.name,
    timezone: site.zones.at(-1)?.zone ?? 'UTC',
    origins: site.origins,
    snippet: snippetOf(originOf(c), site),
  }
  const day = await dayOf(c, site, now)
  return page(c, (nonce) => homePage({ sites, site: shown, day }, nonce))
})

async function dayOf(c: Context<App>, site: Site, now: number): Promise<Day> {
  const { refusals: untold } = await deploymentOf(c.env)
  const ask = async (part: Part): Promise<[Part, Answer]> => {
    const query: Query = { ...QUESTIONS[part], period: PERIOD }
    return [part, await graphOf(c, site, questionOf(query, site, { level: 'admin' }, now))]
  }
  const [{ types }, stray, ...answers] = await Promise.all([
    whale(c.env, site.site).status(),
    pod(c.env).refusals(),
    ...(Object.keys(QUESTIONS) as Part[]).map(ask), // The keys of the very table above.
  ])
  const { refused, ...parts } = Object.fromEntries(answers) as Record<Part, Answer> // One answer for each of those keys.
  return {
    ...parts,
    isNew: !types.some((type) => type !== REFUSED_TYPE) && parts.views.series.every(({ total }) => total === 0),
    refused: explained([...reasonsIn(refused), ...untold.waiting(site.site)]),
    stray: explained([...stray.map(({ reason, events }) => [reason, events] as const), ...untold.waiting(NO_SITE)]),
  }
}

const reasonsIn = ({ series }: Answer): [string, number][] =>
  series.flatMap(({ dimension: [, reason], total }) => (reason === undefined || !total ? [] : [[reason, total]]))

/** Summed by reason, the most frequent first. A reason of another version is left out: there are no words for it. */
function explained(counts: readonly (readonly [reason: string, events: number])[]): Refused[] {
  const sums = new Map<Reason, number>()
  for (const [reason, events] of counts) if (isReason(reason)) sums.set(reason, (sums.get(reason) ?? 0) + events)
  return [...sums].sort(([, a], [, b]) => b - a).map(([reason, events]) => ({ reason, events, ...refusals[reason] }))
}

const isReason = (text: string): text is Reason => Object.hasOwn(refusals, text)
