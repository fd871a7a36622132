/**
 * The client's address: from the socket, or from a header that a trusted proxy wrote. Anyone can send the header,
 * so it is read only where the socket's own address lies in the operator's networks.
 * The address is used for geo and rate limits and is never stored.
 */
import { type Address, lies, type Network, parseNetwork, plain } from './network'

export interface TrustedProxy {
  header: string
  networks: Network[]
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
