/** The script tag as it stands in a page: whose it is, what its attributes do, and what a browser makes of them. Pure. */
import { type Check, note, ok, wrong } from './check'
import type { Attributes, Html } from './html'
import type { Site } from './patient'

export interface Tag {
  attributes: Attributes
  /** What it loads. */
  src: URL
}

/** The tags that load something, by what that is. */
export const tagsOf = ({ scripts, base = '' }: Html, page: URL): Tag[] =>
  scripts.flatMap((attributes) => {
    const src = attributes.get('src')
    const from = URL.canParse(base, page.href) ? new URL(base, page) : page
    return src !== undefined && URL.canParse(src, from.href) ? [{ attributes, src: new URL(src, from) }] : []
  })

const DEFAULT_PREFIX = 'b'

/** Whether it loads the site's script, from wherever: `/b/SITE.js`, by number or name. */
export function isOf({ src }: Tag, { site, name, prefixes }: Site): boolean {
  const [, prefix, file] = /\/([\w-]+)\/([^/]+)\.js$/.exec(src.pathname) ?? []
  const isScript = prefix === DEFAULT_PREFIX || prefix === prefixes.script
  return isScript && file !== undefined && [String(site), encodeURIComponent(name), name].includes(file)
}

/** Whether it loads a script of some site from there. */
export const isFrom = ({ src }: Tag, origins: readonly string[], { prefixes }: Site): boolean =>
  origins.includes(src.origin) &&
  [DEFAULT_PREFIX, prefixes.script].some((prefix) => src.pathname.startsWith(`/${prefix}/`))

/** What the script reads, by README.md of the script; anything else beside them is a typing error. */
const OPTIONS = ['host', 'also', 'storage', 'hash', 'query', 'downloads', 'ignore', 'local', 'automation']
const SCRIPT = /^((text|application)\/(java|ecma)script)?$/i
const LOCAL = /^(localhost|127\..*|\[::1])?$/

/** What its attributes do that its owner may not expect. */
export function* attributeChecks({ attributes }: Tag, page: URL): Generator<Check> {
  const has = (name: string) => attributes.has(name)
  const type = attributes.get('type') ?? ''
  if (/^module$/i.test(type))
    yield wrong(
      'tag',
      'type="module" keeps the script from knowing its own tag, so it does nothing',
      'take the type out',
    )
  else if (!SCRIPT.test(type))
    yield note(
      'tag',
      `type="${type}" is no script to a browser`,
      'take it out, unless a consent manager turns it into one',
    )
  if (has('nomodule')) yield wrong('tag', 'nomodule keeps it from every browser of today', 'take nomodule out')
  if (has('integrity'))
    yield wrong('tag', 'integrity fixes a text that changes each week with the key', 'take integrity out')
  yield* dataChecks(attributes, page)
}

function* dataChecks(attributes: Attributes, page: URL): Generator<Check> {
  const data = [...attributes.keys()].filter((name) => name.startsWith('data-')).map((name) => name.slice(5))
  const unknown = data.filter((name) => !OPTIONS.includes(name)).map((name) => `data-${name}`)
  if (unknown.length)
    yield note(
      'tag',
      `${unknown.join(', ')}: no option of the script`,
      `it reads ${OPTIONS.map((name) => `data-${name}`).join(', ')}`,
    )
  const isLocal = LOCAL.test(page.hostname)
  if (isLocal && !data.includes('local'))
    yield note(
      'tag',
      `on ${page.hostname} the script sends nothing, so that your own work is not counted`,
      'add data-local to count there',
    )
  if (!isLocal && data.includes('local')) yield note('tag', 'data-local counts your own work on localhost too')
  if (data.includes('automation')) yield note('tag', 'data-automation counts browsers that a program drives too')
  const storage = attributes.get('data-storage')
  if (storage !== undefined && storage !== 'none')
    yield note('tag', `data-storage="${storage}" does nothing`, 'it is "none", or is left out')
  const ignored = attributes.get('data-ignore')
  if (ignored !== undefined && !/\b(gpc|dnt)\b/.test(ignored))
    yield note('tag', `data-ignore="${ignored}" does nothing`, 'it is "gpc", "dnt" or "gpc dnt"')
}

/** Those of the site, of which there must be one. */
export function amountCheck(own: readonly Tag[], others: readonly Tag[], { name, snippet }: Site): Check {
  const [tag] = own
  if (own.length > 1)
    return wrong(
      'tag',
      `it stands ${own.length} times in the page, and each one counts every view`,
      'leave one of them',
    )
  if (tag) return ok('tag', `loads ${tag.src.href}`)
  const [other] = others
  if (other) return wrong('tag', `loads ${other.src.href}, which is not ${name}'s`, `put this in its place: ${snippet}`)
  return wrong(
    'tag',
    `the page's HTML has no tag of ${name}`,
    `put it in: ${snippet} (one that a program adds, such as a tag manager or the npm door, is not seen from here)`,
  )
}
