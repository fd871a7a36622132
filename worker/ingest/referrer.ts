/**
 * What brought a session, from `host/path?utm_source=…`: the referrer's host and the campaign of the entry page.
 * Which channel a source belongs to is another matter.
 */
import { hostOf } from './place'

export interface Arrival {
  /** Host of another site, without `www.`. */
  referrer?: string
  source: string
  /** source, medium, name; the last ones may be missing. */
  campaign?: (string | undefined)[]
}

const DIRECT = 'direct'
/** The names that pages use for where a link was placed, the most explicit first. */
const SOURCE_NAMES = ['utm_source', 'ref', 'source'] as const

const withoutWww = (host: string): string => host.replace(/^www\./, '')

/** Whether something outside the site brought a view: another host, a campaign, a click that was paid for. */
export const isFromElsewhere = (text: string, page: string): boolean =>
  text.includes('?') || arrivalOf(text, page).referrer !== undefined

/** `page` is the address of the page that sent it: a referrer on the same host brought nobody. */
export function arrivalOf(text: string, page: string): Arrival {
  const question = text.indexOf('?')
  const host = withoutWww(hostOf(question < 0 ? text : text.slice(0, question)))
  const referrer = host && host !== withoutWww(hostOf(page)) ? host : undefined
  if (question < 0) return { ...(referrer && { referrer }), source: referrer ?? DIRECT }
  const query = new URLSearchParams(text.slice(question + 1))
  const given = (name: string) => query.get(name)?.trim() || undefined
  const named = SOURCE_NAMES.map(given).find(Boolean)
  const campaign = [given('utm_source'), given('utm_medium'), given('utm_campaign')]
  return {
    ...(referrer && { referrer }),
    source: named ?? referrer ?? DIRECT,
    ...(campaign.some(Boolean) && { campaign }),
  }
}
