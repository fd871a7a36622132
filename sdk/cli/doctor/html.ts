/**
 * What of a page's HTML says how a script in it will do: script tags, policies in <meta>, and <base>. It reads tags and
 * skips what no browser takes for one: comments, and the text of scripts and styles. Pure; it builds no document.
 */

/** Names in lower case; what has no value is empty. */
export type Attributes = ReadonlyMap<string, string>

export interface Html {
  scripts: Attributes[]
  /** Texts of <meta http-equiv="Content-Security-Policy">. */
  policies: string[]
  /** What relative addresses begin at, where the page says so. */
  base?: string
}

/** Where a comment begins, or a tag. */
const START = /<!--|<(script|style|template|noscript|meta|base)(?![\w-])/gi
/** The rest of a tag, in which a `>` may stand between quotes. */
const REST = /((?:"[^"]*"|'[^']*'|[^'">])*)>/y
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g
/** What stands between these is text, or is not part of the page: a browser with scripts shows no noscript. */
const CLOSED = new Set(['script', 'style', 'template', 'noscript'])
const ENTITIES: Record<string, string> = { amp: '&', quot: '"', apos: "'", '#39': "'", '#34': '"', lt: '<', gt: '>' }

const decoded = (text: string): string =>
  text.replaceAll(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)

function attributesOf(text: string): Attributes {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
    // Of one that stands twice the first holds.
    const lower = name.toLowerCase()
    if (!attributes.has(lower)) attributes.set(lower, decoded(double ?? single ?? bare ?? ''))
  }
  return attributes
}

export function readHtml(text: string): Html {
  const html: Html = { scripts: [], policies: [] }
  let at = 0
  for (;;) {
    const start = found(START, text, at)
    if (!start) return html
    const name = start[1]?.toLowerCase()
    const rest = found(name === undefined ? /-->/g : REST, text, start.index + start[0].length)
    // What has no end goes on to the end of the page.
    if (!rest) return html
    at = rest.index + rest[0].length
    if (name === undefined) continue
    take(html, name, attributesOf(rest[1] ?? ''))
    if (CLOSED.has(name)) at = found(new RegExp(`</${name}(?![\\w-])`, 'gi'), text, at)?.index ?? text.length
  }
}

function found(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from
  return pattern.exec(text)
}

function take(html: Html, name: string, attributes: Attributes): void {
  if (name === 'script') html.scripts.push(attributes)
  const base = attributes.get('href')
  if (name === 'base' && base !== undefined) html.base ??= base
  const isPolicy = name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy'
  if (isPolicy) html.policies.push(attributes.get('content') ?? '')
}
