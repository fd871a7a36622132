/**
 * User-Agent Client Hints: what browsers say about themselves in place of their frozen agent text.
 * https requests carry brand, mobile and platform by themselves; the platform's version comes where it was asked for.
 */
export interface Hints {
  /** Sec-CH-UA */
  brands?: string | undefined
  /** Sec-CH-UA-Mobile */
  mobile?: string | undefined
  /** Sec-CH-UA-Platform */
  platform?: string | undefined
  /** Sec-CH-UA-Platform-Version */
  platformVersion?: string | undefined
}

export const hintsOf = (header: (name: string) => string | undefined): Hints => ({
  brands: cut(header('sec-ch-ua')),
  mobile: cut(header('sec-ch-ua-mobile')),
  platform: cut(header('sec-ch-ua-platform')),
  platformVersion: cut(header('sec-ch-ua-platform-version')),
})

/** Anyone can send any length, before anything is opened; a pattern's time may grow with its square. */
const cut = (text: string | undefined): string | undefined => text?.slice(0, HINT_CHARACTERS)
const HINT_CHARACTERS = 256

/** Brands in the words of the agent text. */
const BRANDS = new Map<string, string>([
  ['Google Chrome', 'Chrome'],
  ['Microsoft Edge', 'Edge'],
  ['Microsoft Edge WebView2', 'Edge WebView2'],
  ['Android WebView', 'Chrome WebView'],
  ['Opera GX', 'Opera GX'],
  ['YaBrowser', 'Yandex'],
  ['HeadlessChrome', 'Chrome Headless'],
])
const ENGINE = 'Chromium'
/** "Not/A)Brand" and its ever new spellings keep receivers from relying on the list (GREASE). */
const NOT_A_BRAND = /not.?a.?.?brand/i

const PLATFORMS = new Map<string, string>([
  ['Windows', 'Windows'],
  ['macOS', 'macOS'],
  ['Android', 'Android'],
  ['iOS', 'iOS'],
  ['Linux', 'Linux'],
  ['Chrome OS', 'ChromeOS'],
  ['Chromium OS', 'ChromeOS'],
])

const unquoted = (text: string): string => text.replace(/^"|"$/g, '')
const majorOf = (version: string): string | undefined => /^\d+/.exec(version)?.[0]

/** The most specific brand and its major version. */
export function brandOf({ brands }: Hints): { name: string; version?: string } | undefined {
  const listed = [...(brands ?? '').matchAll(/"((?:[^"\\]|\\.)*)"\s*;\s*v="([^"]*)"/g)]
    .map(([, name = '', version = '']) => ({ name, version: majorOf(version) }))
    .filter(({ name }) => !NOT_A_BRAND.test(name))
  const found = listed.find(({ name }) => name !== ENGINE) ?? listed[0]
  if (!found) return undefined
  return { name: BRANDS.get(found.name) ?? found.name, ...(found.version && { version: found.version }) }
}

export const isMobile = ({ mobile }: Hints): boolean | undefined =>
  mobile === '?1' ? true : mobile === '?0' ? false : undefined

export const platformOf = ({ platform }: Hints): string | undefined => PLATFORMS.get(unquoted(platform ?? ''))

/** The first Windows whose platform version means Windows 11; 1 to 10 are builds of Windows 10, 0 is older. */
const WINDOWS_11 = 13

export function platformVersionOf(hints: Hints): string | undefined {
  const major = majorOf(unquoted(hints.platformVersion ?? ''))
  if (major === undefined || platformOf(hints) !== 'Windows') return major
  if (Number(major) >= WINDOWS_11) return '11'
  return Number(major) > 0 ? '10' : undefined
}
