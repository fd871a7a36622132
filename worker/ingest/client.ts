/**
 * Who is limited: one client by its address, an IPv6 one by its /64, which is what one household or one server is given.
 * Some addresses say nothing of whose the request is, and limiting by them would turn all visitors away for one.
 */
import { encode } from '../../sdk/wire/base64url'
import { type Address, lies, MAPPED, type Network, parseNetwork, plain } from './network'
import type { TrustedProxy } from './proxy'

const networks = (...names: string[]): Network[] => names.map((name) => parseNetwork(name)!) // Written below, and read by a test.

/** The machine itself: its owner, or a proxy on it that names nobody. */
const LOOPBACK = networks('127.0.0.0/8', '::1/128')
/** Where no proxy is configured it is likelier one that nobody told us of, in the next container or room, than a visitor. */
const PRIVATE = networks(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
)
const PREFIX_BYTES = 8

/** A name for it, or undefined where the address says nothing. */
export function clientOf(text: string | undefined, proxy?: TrustedProxy): string | undefined {
  const address = text === undefined ? undefined : plain(text)?.address
  if (!address || isAmong(LOOPBACK, address) || isAmong(proxy?.networks ?? PRIVATE, address)) return undefined
  return encode(lies(MAPPED, address) ? address : address.subarray(0, PREFIX_BYTES))
}

const isAmong = (list: readonly Network[], address: Address): boolean => list.some((network) => lies(network, address))
