/**
 * The client's address: from the socket, or from a header that a trusted proxy wrote. Anyone can send the header,
 * so it is read only where the socket's own address lies in the operator's networks.
 * The address is used for geo and rate limits and is never stored.
 */

/** Sixteen bytes; IPv4 stands in its mapped form, `::ffff:a.b.c.d`. */
type Address = Uint8Array

interface Network {
  address: Address
  /** Leading bits that count, of 128. */
  bits: number
}

export interface TrustedProxy {
  header: string
  networks: Network[]
}

const MAPPED_BITS = 96

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined
  const bytes = parts.map(Number)
  return bytes.every((byte) => byte < 256) ? bytes : undefined
}

/** Groups of hexadecimal digits, the last perhaps an IPv4 address (RFC 4291 §2.2). */
function parseGroups(text: string): number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    const v4 = index === groups.length - 1 && group.includes('.') ? parseV4(group) : undefined
    if (v4) bytes.push(...v4)
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255)
    else return undefined
  }
  return bytes
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const left = parseGroups(halves[0]!)
  const right = parseGroups(halves[1] ?? '')
  if (!left || !right) return undefined
  const missing = 16 - left.length - right.length
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  return [...left, ...new Array<number>(missing).fill(0), ...right]
}

function parse(text: string): Address | undefined {
  const v4 = parseV4(text)
  if (v4) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...v4)
  const v6 = text.includes(':') ? parseV6(text.replace(/%.*$/, '')) : undefined
  return v6 && Uint8Array.from(v6)
}

/** Takes the port away: `127.0.0.1:51294`, `[::1]:123`, `::1`. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)
  if (bracketed) return bracketed[1]!
  return /^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text
}

/** One spelling for one address: mapped IPv4 as IPv4. */
function plain(text: string): { text: string; address: Address } | undefined {
  const bare = withoutPort(text.trim()).replace(/^::ffff:(?=\d+\.)/i, '')
  const address = parse(bare)
  return address && { text: bare, address }
}

function lies({ address, bits }: Network, candidate: Address): boolean {
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (address[i] !== candidate[i]) return false
  const rest = bits & 7
  return rest === 0 || (address[whole]! ^ candidate[whole]!) >> (8 - rest) === 0
}

function parseNetwork(text: string): Network | undefined {
  const [name = '', length] = text.split('/')
  const address = parse(name)
  if (!address) return undefined
  const offset = name.includes(':') ? 0 : MAPPED_BITS
  const bits = length === undefined ? 128 : /^\d{1,3}$/.test(length) ? Number(length) + offset : Number.NaN
  return bits >= offset && bits <= 128 ? { address, bits } : undefined
}

/** Reads `x-forwarded-for 127.0.0.0/8,10.0.0.0/8,::1/128`: a header's name and the networks its writers stand in. */
export function parseProxy(text: string): TrustedProxy | { problem: string } {
  const [header = '', ...rest] = text.trim().split(/\s+/)
  if (!/^[\w-]+$/.test(header)) return { problem: `"${header}" is not the name of a header` }
  const names = rest.join(',').split(',').filter(Boolean)
  if (names.length === 0) return { problem: 'name the networks of the proxy after the header: 127.0.0.0/8,::1/128' }
  const networks: Network[] = []
  for (const name of names) {
    const network = parseNetwork(name)
    if (!network) return { problem: `"${name}" is not a network such as 10.0.0.0/8` }
    networks.push(network)
  }
  return { header: header.toLowerCase(), networks }
}

export interface Connection {
  /** Who opened the connection, perhaps with a port. */
  socket: string | undefined
  header(name: string): string | undefined
}

/** Of a list, each proxy appended the address it saw: the rightmost that is not a trusted proxy is the client. */
export function addressOf({ socket, header }: Connection, proxy?: TrustedProxy): string | undefined {
  let nearest = socket === undefined ? undefined : plain(socket)
  if (!nearest || !proxy) return nearest?.text
  const isTrusted = (address: Address) => proxy.networks.some((network) => lies(network, address))
  const hops = (header(proxy.header) ?? '').split(',')
  while (isTrusted(nearest.address)) {
    const hop = hops.pop()
    const next = hop === undefined ? undefined : plain(hop)
    // What the nearest trusted hop could not name, nobody behind it can.
    if (!next) break
    nearest = next
  }
  return nearest.text
}

/** Plain workerd names the socket; Cloudflare's edge says it in a header that it overwrites itself. */
export function socketOf(cf: unknown, header: (name: string) => string | undefined): string | undefined {
  if (typeof cf !== 'object' || cf === null) return undefined
  if ('clientIp' in cf && typeof cf.clientIp === 'string') return cf.clientIp
  return 'colo' in cf ? header('cf-connecting-ip') : undefined
}
