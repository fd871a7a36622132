/** Reasons to say nothing at all, each with the attribute by which a site's owner may overrule it. */
import type { Options } from './context'
import { recall } from './storage'

const LOCAL = /^(localhost|127\..*|\[::1])?$/

/** `respect` holds the site's own rule: bit 1 Global Privacy Control, bit 2 Do Not Track. */
export function isOptedOut(respect: number, { ignore = '', automation, local }: Options): boolean {
  const browser: Navigator & { globalPrivacyControl?: boolean } = navigator
  if (
    recall('graupel-off') ||
    (respect & 1 && browser.globalPrivacyControl && !ignore.includes('gpc')) ||
    (respect & 2 && browser.doNotTrack === '1' && !ignore.includes('dnt')) ||
    (browser.webdriver && automation == null)
  ) {
    return true
  }
  if (local != null || !LOCAL.test(location.hostname)) return false
  console.info('graupel: add data-local to count on localhost')
  return true
}
