/** Reasons to say nothing at all, each with the attribute by which a site's owner may overrule it. */
import type { Options } from './context'
import { isSwitchedOff } from './state'

const LOCAL = /^(localhost|127\..*|\[::1])?$/

/** `respect` holds the site's own rule: bit 1 Global Privacy Control, bit 2 Do Not Track. */
export function isOptedOut(respect: number, { ignore = '', automation, local }: Options): unknown {
  const browser: Navigator & { globalPrivacyControl?: boolean } = navigator
  const isLocal = local == null && LOCAL.test(location.hostname)
  if (isLocal) console.info('graupel: add data-local to count on localhost')
  return (
    isLocal ||
    isSwitchedOff ||
    (respect & 1 && browser.globalPrivacyControl && !ignore.includes('gpc')) ||
    (respect & 2 && browser.doNotTrack === '1' && !ignore.includes('dnt')) ||
    (browser.webdriver && automation == null)
  )
}
