/**
 * What this server sees of whoever asks: the address that would be used for place and rate, and how it came by it. Only the
 * admin is told, of his own request, so that he can see what a proxy in front hides or lets through.
 */
import type { Context } from 'hono'
import { clientOf } from '../ingest/client'
import { type Geo, geoOf } from '../ingest/geo'
import { lies, plain } from '../ingest/network'
import { addressOf, socketOf, type TrustedProxy } from '../ingest/proxy'
import { type App, originOf } from './access'
import type { Deployment } from './deployment'

/** By which proxies tell whose request they hand on, and how it came to them. */
const FORWARDED = [
  'x-forwarded-for',
  'x-real-ip',
  'forwarded',
  'cf-connecting-ip',
  'true-client-ip',
  'x-forwarded-proto',
]

export interface Client {
  /** As it would be used; null where nobody knows. */
  address: string | null
  /** `header`: the trusted proxy's, of which `proxy` is the name. */
  from: 'socket' | 'header' | 'cloudflare' | null
  /** Whoever opened the connection. */
  socket: string | null
  /** The header that the operator trusts; whether the connection came from where its writers stand, and the client itself. */
  proxy: { header: string; isTrusted: boolean; isWithin: boolean } | null
  /** Whether the address tells one client from others, and so limits it. */
  isLimited: boolean
  place: Geo
  /** Where places are looked up. */
  places: 'cloudflare' | 'file' | null
  /** As they came. */
  headers: Record<string, string>
  /** The origin that was asked, and the one that links and snippets name. */
  asked: string
  origin: string
  /** When it was asked, unix milliseconds. */
  now: number
}

export function clientSeen(c: Context<App>, { proxy, geo }: Deployment, now: number): Client {
  const { cf } = c.req.raw
  const header = (name: string) => c.req.header(name)
  const said = socketOf(cf, header)
  const socket = said === undefined ? undefined : plain(said)
  const address = addressOf({ socket: said, header }, proxy)
  const isOnCloudflare = typeof cf === 'object' && cf !== null && 'colo' in cf
  const headers = [...FORWARDED, ...(proxy ? [proxy.header] : [])].flatMap((name) => {
    const text = header(name)
    return text === undefined ? [] : [[name, text]]
  })
  return {
    address: address ?? null,
    from: address === undefined ? null : address !== socket?.text ? 'header' : isOnCloudflare ? 'cloudflare' : 'socket',
    socket: socket?.text ?? null,
    proxy: proxy ? { header: proxy.header, isTrusted: isAmong(proxy, said), isWithin: isAmong(proxy, address) } : null,
    isLimited: clientOf(address, proxy) !== undefined,
    place: geoOf(cf, geo, address),
    places: isOnCloudflare ? 'cloudflare' : geo ? 'file' : null,
    headers: Object.fromEntries(headers),
    asked: new URL(c.req.url).origin,
    origin: originOf(c),
    now,
  }
}

function isAmong({ networks }: TrustedProxy, text: string | undefined): boolean {
  const address = text === undefined ? undefined : plain(text)?.address
  return address !== undefined && networks.some((network) => lies(network, address))
}
