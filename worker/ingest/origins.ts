/**
 * Whether an event comes from one of the site's own pages. It keeps copied snippets and other sites' pages out of
 * the numbers; a program can send any header it likes, so it is no lock.
 */
export interface Claims {
  /** The Origin header. */
  origin?: string | undefined
  /** The Referer header. */
  referer?: string | undefined
  /** The host inside the seal; pixels have none. */
  page?: string | undefined
}

interface Origin {
  scheme?: string
  host: string
  port?: string
}

function originOf(text: string): Origin | undefined {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[0-9a-f:.]+\]|[^/?#:[\]\s]+)(?::(\d+))?(?:[/?#]|$)/i.exec(text)
  if (!match?.[2]) return undefined
  return {
    host: match[2].toLowerCase(),
    ...(match[1] && { scheme: match[1].toLowerCase() }),
    ...(match[3] && { port: match[3] }),
  }
}

function matches(entry: string, { scheme, host, port }: Origin): boolean {
  const listed = originOf(entry)
  if (!listed) return false
  // A sealed host has no scheme, so only its host and port can be compared with an origin's.
  if (listed.scheme && scheme && listed.scheme !== scheme) return false
  // A bare host stands for all its ports, an origin for one.
  if ((listed.scheme || listed.port) && listed.port !== port) return false
  return listed.host.startsWith('*.') ? host.endsWith(listed.host.slice(1)) : host === listed.host
}

/** `*.example.com` is every host below example.com, not example.com itself; an empty list allows all. */
export function fits(origins: readonly string[], { origin, referer, page }: Claims): boolean {
  if (origins.length === 0) return true
  const listed = (text: string) => {
    const from = originOf(text)
    return from !== undefined && origins.some((entry) => matches(entry, from))
  }
  const header = origin ?? referer
  return (header === undefined || listed(header)) && (page === undefined || listed(page))
}

/** An entry as sources of a Content-Security-Policy, where a bare host must be told to stand for all schemes and ports. */
export function sourcesOf(entry: string): string[] {
  const listed = originOf(entry)
  if (!listed) return []
  const { scheme, host, port = scheme ? undefined : '*' } = listed
  return (scheme ? [scheme] : ['http', 'https']).map((each) => `${each}://${host}${port ? `:${port}` : ''}`)
}
