/** Addresses and networks as bytes: how they are spelled (RFC 4291 §2.2), and which lies in which. */

/** Sixteen bytes; IPv4 stands in its mapped form, `::ffff:a.b.c.d`. */
export type Address = Uint8Array

export interface Network {
  address: Address
  /** Leading bits that count, of 128. */
  bits: number
}

const MAPPED_BITS = 96
/** All IPv4 addresses. */
export const MAPPED: Network = {
  address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0),
  bits: MAPPED_BITS,
}

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
export function plain(text: string): { text: string; address: Address } | undefined {
  const bare = withoutPort(text.trim()).replace(/^::ffff:(?=\d+\.)/i, '')
  const address = parse(bare)
  return address && { text: bare, address }
}

export function lies({ address, bits }: Network, candidate: Address): boolean {
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (address[i] !== candidate[i]) return false
  const rest = bits & 7
  return rest === 0 || (address[whole]! ^ candidate[whole]!) >> (8 - rest) === 0
}

export function parseNetwork(text: string): Network | undefined {
  const [name = '', length] = text.split('/')
  const address = parse(name)
  if (!address) return undefined
  const offset = name.includes(':') ? 0 : MAPPED_BITS
  const bits = length === undefined ? 128 : /^\d{1,3}$/.test(length) ? Number(length) + offset : Number.NaN
  return bits >= offset && bits <= 128 ? { address, bits } : undefined
}
