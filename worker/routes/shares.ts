/** `/api/sites/<site>/shares`: makes, lists and revokes read-only slices. */
import { Hono } from 'hono'
import { ORIGINS } from '../../sdk/wire/minting'
import { type Scope, writeShare } from '../../sdk/wire/plaintext'
import { INTERVALS } from '../../sdk/wire/query'
import { DEPTH, URL_CHARACTERS } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { periodOf } from '../rollup/period'
import { type App, originOf, siteFor } from './access'
import { expiryOf } from './expiry'
import { type Fields, fieldsOf, flag, only, text, texts } from './fields'
import { list, nameOf, remember, revoke, sealed } from './grants'
import { originsOf } from './origins'
import { Problem } from './problem'
import { questionOf } from './question'
import { metricsOf, pathOf, typeOf } from './words'

const LISTS = ['metrics', 'periods', 'intervals', 'origins'] as const
const SHARE = ['type', 'dimension', ...LISTS, 'allowMissing', 'expires', 'name'] as const
/** `/totals` answers all of them at once. */
const MOST_PERIODS = 16
/** What is narrowed by parameters must still be a URL that old proxies let through. */
const MOST_CHARACTERS = URL_CHARACTERS - 400

export const shares = new Hono<App>()
  .post('/:site/shares', async (c) => {
    const now = Date.now()
    const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
    const fields = fieldsOf(await c.req.json().catch(() => undefined))
    only(fields, SHARE)
    const expires = expiryOf(fields, now)
    const scope = scopeOf(fields)
    checkPeriods(scope, site, now)
    const { id, envelope } = await sealed(c, site, 'share', writeShare({ expires, scope }))
    if (envelope.length > MOST_CHARACTERS) throw tooLong(scope)
    const shown = shownBy(originOf(c), envelope)
    const about = { ...shown, scope, ...nameOf(fields) }
    const grant = await remember(c, site, { id, kind: 'share', expires, about })
    return c.json({ ...grant, share: envelope }, 201)
  })
  .get('/:site/shares', (c) => list(c, 'share', 'admin'))
  .delete('/:site/shares/:id', (c) => revoke(c, 'share', 'admin'))

/** What an owner pastes: a picture's address, and the element, which follows its reader. */
const shownBy = (origin: string, share: string) => ({
  url: `${origin}/graph.svg?share=${share}`,
  embed: `<script defer src="${origin}/embed.js"></script>\n<graupel-graph share="${share}"></graupel-graph>`,
})

/** Each in the one spelling in which it is compared later. */
function scopeOf(fields: Fields): Scope {
  const empty = LISTS.find((name) => Array.isArray(fields[name]) && !fields[name].length)
  if (empty) throw new Problem(400, `${empty} must name at least one; leave it out for no limit`, empty)
  const type = text(fields, 'type')
  const dimension = texts(fields, 'dimension', DEPTH)
  const metrics = texts(fields, 'metrics')
  const periods = texts(fields, 'periods', MOST_PERIODS)
  const intervals = texts(fields, 'intervals', INTERVALS.length)
  const origins = originsOf(fields, ORIGINS)
  const allowMissing = flag(fields, 'allowMissing')
  if (allowMissing && !origins) throw new Problem(400, 'allowMissing is about origins; name some', 'allowMissing')
  return {
    ...(type && { type: typeOf('type', JSON.stringify(type)) }),
    ...(dimension?.length && { dimension: pathOf('dimension', JSON.stringify(dimension)) }),
    ...(metrics && { metrics: metricsOf('metrics', JSON.stringify(metrics)) }),
    ...(periods && { periods }),
    ...(intervals && { intervals }),
    ...(origins && { origins }),
    ...(allowMissing && { allowMissing }),
  }
}

/** A member of a scope is plural where the parameter that it limits is not. */
const MEMBERS: Record<string, string> = { metric: 'metrics', period: 'periods', interval: 'intervals' }

const HOUR = 3_600_000
/** A month may begin with a week today and not the next time; another hour, day, month and year tell. */
const MOMENTS = [0, 25 * HOUR, 32 * 24 * HOUR, 367 * 24 * HOUR]

/** Asks what the share alone will ask, of each period: whoever is refused that could use it for nothing. */
function checkPeriods(scope: Scope, site: Site, now: number): void {
  const unknown = scope.intervals?.find((each) => !INTERVALS.some((interval) => interval === each))
  if (unknown !== undefined)
    throw new Problem(400, `intervals: "${unknown}" is not one of ${INTERVALS.join(', ')}`, 'intervals')
  for (const text of scope.periods ?? []) {
    const period = periodOf(text, now, site.zones)
    if ('problem' in period) throw new Problem(400, `periods: ${period.problem}`, 'periods')
  }
  for (const period of scope.periods ?? ['']) MOMENTS.forEach((later) => checkPeriod(period, scope, site, now + later))
}

function checkPeriod(period: string, scope: Scope, site: Site, at: number): void {
  try {
    questionOf({ period }, site, { level: 'share', site: site.site, scope }, at)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const member = MEMBERS[error.field ?? ''] ?? error.field
    throw new Problem(400, `a share of ${period || 'this'} would be refused what it asks: ${error.detail}`, member)
  }
}

function tooLong(scope: Scope): Problem {
  const [longest] = Object.entries(scope).toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a))
  const what = `the share is longer than ${MOST_CHARACTERS} characters, more than a URL should be; say less in it`
  return new Problem(400, `${longest?.[0]}: ${what}`, longest?.[0])
}

const lengthOf = (member: unknown): number => JSON.stringify(member).length
