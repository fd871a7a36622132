/**
 * How long a browser may keep the answer to a picture. Of a pixel that counts once a day it keeps it until the site's
 * midnight, so that a page loaded again does not ask again. It is decided by what anyone can read, the URL, the site's
 * number in the envelope and headers, and never by what opened: the answer must not tell one from the other. The site's
 * zone is no secret: its script says it too.
 */
import type { Context } from 'hono'
import { read } from '../../sdk/wire/envelope'
import { fetchRefusal } from '../ingest/fetched'
import { URL_CHARACTERS } from '../ingest/limits'
import { floor, next, type Zones } from '../rollup/interval'
import type { App } from './access'
import { deploymentOf } from './deployment'

export const NOT_KEPT = 'no-store'
const UTC: Zones = [{ from: 0, zone: 'UTC' }]

/** For the whole seconds that are left of the day, so that tomorrow's first look asks again. */
export async function keptToMidnight(c: Context<App>, text: string, now: number): Promise<string> {
  // What was only prepared, or opened by itself, must be asked for when it is shown.
  if (fetchRefusal((name) => c.req.header(name))) return NOT_KEPT
  const zones = await zonesOf(c, text, now)
  const midnight = next('day', floor('day', now, zones), zones)
  return `private, max-age=${Math.floor((midnight - now) / 1000)}, immutable`
}

async function zonesOf(c: Context<App>, text: string, now: number): Promise<Zones> {
  const claimed = text.length > URL_CHARACTERS ? undefined : read(text)?.site
  if (claimed === undefined) return UTC
  const { directory } = await deploymentOf(c.env)
  return (await directory.site(c.env, claimed, now))?.zones ?? UTC
}
