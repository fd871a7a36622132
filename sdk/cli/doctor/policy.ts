/**
 * What a page's Content-Security-Policy lets it load and ask, as far as one script tag and its requests go (CSP level 3,
 * §6.7 "Matching Algorithms"). Pure: policies and URLs in, an answer out. Report-only policies forbid nothing and are not read.
 */

/** Directives by name; of one that stands twice the first holds. */
export type Policy = ReadonlyMap<string, readonly string[]>

/** A header's text, in which several policies stand between commas. Each of them must allow. */
export const policiesOf = (text: string): Policy[] =>
  text
    .split(',')
    .map(policyOf)
    .filter(({ size }) => size > 0)

function policyOf(text: string): Policy {
  const directives = new Map<string, string[]>()
  for (const directive of text.split(';')) {
    const [name, ...sources] = directive.trim().split(/\s+/)
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives
}

/** What stands for a directive that a policy does not have. */
const FALLBACKS = {
  script: ['script-src-elem', 'script-src', 'default-src'],
  connect: ['connect-src', 'default-src'],
  img: ['img-src', 'default-src'],
} as const
export type Use = keyof typeof FALLBACKS

export interface Request {
  use: Use
  url: URL
  /** Whose policy it is. */
  page: URL
  /** Of a script tag. */
  nonce?: string
}

/** The directive that forbids it, as it is written, or undefined where none of the policies does. */
export function forbidding(policies: readonly Policy[], request: Request): string | undefined {
  for (const policy of policies) {
    const name = FALLBACKS[request.use].find((each) => policy.has(each))
    const sources = name === undefined ? undefined : policy.get(name)
    if (name !== undefined && sources && !allows(sources, request)) return [name, ...sources].join(' ')
  }
  return undefined
}

function allows(sources: readonly string[], request: Request): boolean {
  const { use, nonce } = request
  if (use === 'script') {
    if (nonce && sources.includes(`'nonce-${nonce}'`)) return true
    // Then a script is allowed by who wrote its tag, and not by where it comes from.
    if (sources.some((source) => source.toLowerCase() === "'strict-dynamic'")) return false
  }
  return sources.some((source) => matches(source.toLowerCase(), source, request))
}

const HOST = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[^/:?#*']+|\[[\d:a-f]+\])(?::(\d+|\*))?(\/[^?#]*)?$/

/** A path tells capitals apart, all else does not. */
function matches(source: string, written: string, { url, page }: Request): boolean {
  if (source === '*') return /^https?:$/.test(url.protocol) || url.protocol === page.protocol
  if (source === "'self'") return isSelf(url, page)
  const [, scheme] = /^([a-z][a-z0-9+.-]*):$/.exec(source) ?? []
  if (scheme) return fitsScheme(scheme, url)
  const [, named, host = '', port, path] = HOST.exec(source) ?? []
  return (
    host !== '' &&
    fitsScheme(named ?? page.protocol.slice(0, -1), url) &&
    fitsHost(host, url.hostname) &&
    fitsPort(port, url, named ?? page.protocol.slice(0, -1)) &&
    fitsPath(path && written.slice(-path.length), url.pathname)
  )
}

/** The secure one of two schemes is always meant as well. */
const fitsScheme = (scheme: string, { protocol }: URL): boolean =>
  protocol === `${scheme}:` || (scheme === 'http' && protocol === 'https:')

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80')

function isSelf(url: URL, page: URL): boolean {
  const isUpgraded =
    page.protocol === 'http:' && url.protocol === 'https:' && portOf(page) === '80' && portOf(url) === '443'
  return url.origin === page.origin || (url.hostname === page.hostname && isUpgraded)
}

const fitsHost = (host: string, name: string): boolean =>
  host === '*' || (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host)

function fitsPort(port: string | undefined, url: URL, scheme: string): boolean {
  if (port === '*') return true
  if (port === undefined) return url.port === ''
  return port === portOf(url) || (port === '80' && portOf(url) === '443' && scheme === 'http')
}

/** A folder is all below it, a file is itself. */
function fitsPath(path: string | undefined, asked: string): boolean {
  if (path === undefined || path === '/') return true
  return path.endsWith('/') ? asked.startsWith(path) : asked === path
}
