/** `/api/sites/<site>/shares`: makes, lists and revokes read-only slices. */
import { Hono } from 'hono'
import { type Scope, writeShare } from '../../sdk/wire/plaintext'
import { NewShare } from '../asked/grant'
import { URL_CHARACTERS } from '../ingest/limits'
import type { Site } from '../ingest/settings'
import { periodOf } from '../rollup/period'
import { type App, originOf, siteFor } from './access'
import { list, nameOf, remember, revoke, sealed } from './grants'
import { bodyBy, json } from './parsed'
import { Problem } from './problem'
import { questionBy } from './question'

/** What is narrowed by parameters must still be a URL that old proxies let through. */
const MOST_CHARACTERS = URL_CHARACTERS - 400

export const shares = new Hono<App>()
  .post('/:site/shares', async (c) => {
    const now = Date.now()
    const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
    const { expires: given, name, ...limits } = bodyBy(NewShare, await json(c.req))
    const expires = given ?? 0
    if (expires && expires * 1000 <= now)
      throw new Problem(400, 'expires lies in the past: give unix seconds ahead of now, or 0 for never', 'expires')
    const scope = scopeOf(limits)
    checkPeriods(scope, site, now)
    const { id, envelope } = await sealed(c, site, 'share', writeShare({ expires, scope }))
    if (envelope.length > MOST_CHARACTERS) throw tooLong(scope)
    const shown = shownBy(originOf(c), envelope)
    const about = { ...shown, scope, ...nameOf(name) }
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

/** A member that is not named does not limit. */
function scopeOf({ type, dimension, metrics, periods, intervals, origins, allowMissing }: Limits): Scope {
  if (allowMissing && !origins) throw new Problem(400, 'allowMissing is about origins; name some', 'allowMissing')
  return {
    ...(type && { type }),
    ...(dimension?.length && { dimension }),
    ...(metrics && { metrics }),
    ...(periods && { periods }),
    ...(intervals && { intervals }),
    ...(origins && { origins }),
    ...(allowMissing && { allowMissing }),
  }
}

type Limits = Omit<NewShare, 'expires' | 'name'>

/** A member of a scope is plural where the parameter that it limits is not. */
const MEMBERS: Record<string, string> = { metric: 'metrics', period: 'periods', interval: 'intervals' }

const HOUR = 3_600_000
/** A month may begin with a week today and not the next time; another hour, day, month and year tell. */
const MOMENTS = [0, 25 * HOUR, 32 * 24 * HOUR, 367 * 24 * HOUR]

/** Asks what the share alone will ask, of each period: whoever is refused that could use it for nothing. */
function checkPeriods(scope: Scope, site: Site, now: number): void {
  for (const text of scope.periods ?? []) {
    const period = periodOf(text, now, site.zones)
    if ('problem' in period) throw new Problem(400, `periods: ${period.problem}`, 'periods')
  }
  for (const period of scope.periods ?? ['']) MOMENTS.forEach((later) => checkPeriod(period, scope, site, now + later))
}

function checkPeriod(period: string, scope: Scope, site: Site, at: number): void {
  try {
    questionBy({ period: period || undefined }, site, { level: 'share', site: site.site, scope }, at)
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
