/** `/`: one site over a period, behind the login. It asks the site's Whale what any reader of `/graph` might. */
import { type Context, Hono } from 'hono'
import { homePage } from '../dashboard/home'
import { lockedPage } from '../dashboard/login'
import { type Answer, METRICS, type Overview, PERIODS, type PeriodName } from '../dashboard/view'
import { pod } from '../env'
import { refusals, tally } from '../ingest/refusal'
import type { Site } from '../ingest/settings'
import { type App, isLoggedIn, originOf } from './access'
import { graphOf } from './answers'
import { deploymentOf } from './deployment'
import { page } from './page'
import type { Query } from './parsed'
import { questionOf } from './question'
import { NO_SITE, REFUSED_TYPE } from './refusals'
import { snippetOf } from './sites'
import { standing } from './status'

/** The shop that comes along is nobody's own site: a newcomer is asked to make one. */
const DEMO = 'demo'
const PERIOD = '24h'
/** The house's own types, those below `doctor`, which counts nobody, and decisions, which have a page of their own. */
const OURS = /^(_|pageview|download|outbound|refused|doctor|decision)(\.|$)/
/** Of the owner's own; each is a question. */
const MOST_TYPES = 20
const VIEWS = { type: 'pageview', metric: 'hits,sessions', depth: '1' }

/** Each part of the page is one question. Places are host and path, so they are asked a level deeper. */
const QUESTIONS = {
  views: { type: 'pageview', metric: METRICS.join(',') },
  pages: { type: 'pageview', dimension: 'page', depth: '2' },
  sources: { ...VIEWS, dimension: 'source' },
  countries: { ...VIEWS, dimension: 'country' },
  browsers: { ...VIEWS, dimension: 'browser' },
  downloads: { type: 'download', dimension: 'file', depth: '2' },
  campaigns: { ...VIEWS, dimension: 'campaign', depth: '3' },
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
  const site =
    asked === undefined ? own.at(-1) : sites.find(({ site, name }) => String(site) === asked || name === asked)
  const isFirst = asked === undefined && !own.length
  if (!site) return page(c, (nonce) => homePage({ sites, isFirst }, nonce), isFirst ? 200 : 404)
  const shown = {
    site: site.site,
    name: site.name,
    timezone: site.zones.at(-1)?.zone ?? 'UTC',
    origins: site.origins,
    snippet: snippetOf(originOf(c), site),
  }
  const overview = await overviewOf(c, site, periodIn(c.req.query('period')), now)
  return page(c, (nonce) => homePage({ sites, site: shown, overview }, nonce))
})

/** A link of another version may name a period that is none here. */
const periodIn = (text = PERIOD): PeriodName => (Object.hasOwn(PERIODS, text) ? (text as PeriodName) : PERIOD)

async function overviewOf(c: Context<App>, site: Site, name: PeriodName, now: number): Promise<Overview> {
  const { refusals: untold } = await deploymentOf(c.env)
  const { period } = PERIODS[name]
  const ask = (query: Query): Promise<Answer> =>
    graphOf(c, site, questionOf({ ...query, period }, site, { level: 'admin' }, now))
  const [{ types }, stray, ...answers] = await Promise.all([
    standing(c.env, site),
    pod(c.env).refusals(),
    ...(Object.keys(QUESTIONS) as Part[]).map(async (part) => [part, await ask(QUESTIONS[part])] as const), // The keys of the very table above.
  ])
  const own = types.filter((type) => !OURS.test(type)).slice(0, MOST_TYPES)
  const { refused, ...parts } = Object.fromEntries(answers) as Record<Part, Answer> // One answer for each of those keys.
  return {
    ...parts,
    period: name,
    events: await Promise.all(own.map((type) => ask({ type }))),
    isNew: !types.some((type) => type !== REFUSED_TYPE) && parts.views.series.every(({ total }) => total === 0),
    refused: tally([...reasonsIn(refused), ...untold.waiting(site.site)]),
    stray: tally([...stray.map(({ reason, events }) => [reason, events] as const), ...untold.waiting(NO_SITE)]),
  }
}

const reasonsIn = ({ series }: Answer): [string, number][] =>
  series.flatMap(({ dimension: [, reason], total }) => (reason === undefined || !total ? [] : [[reason, total]]))
