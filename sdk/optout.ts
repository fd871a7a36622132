/** Reasons to say nothing at all, each with the attribute by which a site's owner may overrule it. */
import type { Options } from './context'
import { recall } from './storage'

const LOCAL = /^(localhost|127\..*|\[::1])?$/
const tell: (line: string) => unknown = console.info
const browser: Navigator & { globalPrivacyControl?: boolean } = navigator

/** `respect` holds the site's own rule: bit 1 Global Privacy Control, bit 2 Do Not Track. */
export const isOptedOut = (respect: number, { ignore = '', automation, local }: Options): unknown =>
  recall('graupel-off') ||
  (respect & 1 && browser.globalPrivacyControl && !ignore.includes('gpc')) ||
  (respect & 2 && browser.doNotTrack === '1' && !ignore.includes('dnt')) ||
  (browser.webdriver && automation == null) ||
  (local == null && LOCAL.test(location.hostname) && !tell('graupel: add data-local to count on localhost'))
