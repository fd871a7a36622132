/** Reasons to say nothing at all, each with the attribute by which a site's owner may overrule it. */
import type { Options } from './context'
import { recall } from './storage'

const GPC = 1
const DNT = 2
const LOCAL = /^(localhost|127\..*|\[::1]|)$/

/** `respect` holds the site's own rule: bit 1 Global Privacy Control, bit 2 Do Not Track. */
export function isOptedOut(respect: number, { ignore = '', automation, local }: Options): boolean {
  const { doNotTrack, webdriver, globalPrivacyControl }: Navigator & { globalPrivacyControl?: boolean } = navigator
  if (recall('graupel-off') === '1') return true
  if (globalPrivacyControl && respect & GPC && !ignore.includes('gpc')) return true
  if (doNotTrack === '1' && respect & DNT && !ignore.includes('dnt')) return true
  if (webdriver && automation == null) return true
  if (local != null || !LOCAL.test(location.hostname)) return false
  console.info('graupel: not counting on this host, add data-local to the script tag to count')
  return true
}
