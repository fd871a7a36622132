/** Reasons to say nothing at all, each with the attribute by which a site's owner may overrule it. */
import { store } from './state'
import { config, options } from './tag'

const LOCAL = /^(localhost|127\..*|\[::1])?$/

/** The site's own rule: bit 1 Global Privacy Control, bit 2 Do Not Track. */
const respects = (bit: number, name: string) => config[5] & bit && !options.ignore?.includes(name)

/** Undefined until it is considered. */
export let isSilent: unknown

export const consider = (): void => {
  isSilent =
    (options.local == null &&
      LOCAL.test(location.hostname) &&
      !(console.info as (line: string) => unknown)('graupel: add data-local to count on localhost')) ||
    store['graupel-off'] ||
    (respects(1, 'gpc') && (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) ||
    (options.automation == null && navigator.webdriver) ||
    (respects(2, 'dnt') && navigator.doNotTrack === '1')
}
