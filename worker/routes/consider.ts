/** What becomes of one envelope: events on their way to a Hail, or a reason why not, and whose refusal that is. */
import { read } from '../../sdk/wire/envelope'
import type { Reason } from '../ingest/refusal'
import { verify } from '../ingest/verify'
import { considerBeacon } from './beacon'
import type { Delivery } from './deliver'
import { considerPixel } from './minted'
import type { Reception } from './reception'
import { NO_SITE } from './refusals'

export async function consider(
  text: string,
  reception: Reception,
): Promise<Delivery | { site: number; refusal: Reason }> {
  const { deployment, sites, now } = reception
  const { keys, shared } = deployment
  const verified = await verify(text, { keys, shared, siteOf: (number) => sites.get(number), now })
  if ('refusal' in verified) {
    const claimed = read(text)?.site ?? NO_SITE
    return { site: sites.has(claimed) ? claimed : NO_SITE, refusal: verified.refusal }
  }
  const site = sites.get(verified.site)!
  const result =
    verified.kind === 'beacon'
      ? await considerBeacon(verified, site, reception)
      : await considerPixel(verified, site, reception)
  return typeof result === 'string' ? { site: site.site, refusal: result } : result
}
