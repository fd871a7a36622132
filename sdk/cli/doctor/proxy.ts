/**
 * Whose address the server takes for a visitor's. Behind a proxy of which it was not told, all visitors are one; where it
 * believes what anybody writes into a header, each may be whoever he likes.
 */
import type { Answer, Seen } from '../explain'
import { get } from '../get'
import { Stop } from '../stop'
import { type Check, note, ok, wrong } from './check'
import { isHere, isHttps } from './patient'

/** Nobody has it: it is kept for documents (RFC 5737). */
const FORGED = '203.0.113.7'
/** What a proxy says of the client's address, the most usual first. */
const NAMING = ['x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip'] as const

export interface Way {
  /** Where it is asked: where browsers are sent. */
  at: string
  token: string
}

export async function proxyCheck(way: Way, seen: Seen): Promise<Check> {
  const header = seen.proxy?.header ?? NAMING[0]
  const claimed = await seenBy(way, { [header]: FORGED })
  return proxyCheckOf(way.at, seen, claimed.address === FORGED)
}

export async function seenBy({ at, token }: Way, headers: Record<string, string> = {}): Promise<Seen> {
  const answer = await get(`${at}/api/explain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    redirect: 'manual',
  })
  if (!answer.ok) throw new Stop(`POST ${at}/api/explain answered ${answer.status}`)
  // Our own API's shape, where it is our own API that answers.
  const seen = (await answer.json().catch(() => null)) as Partial<Answer> | null
  if (!seen?.client) throw new Stop(`POST ${at}/api/explain answered, but not as a Graupel does`)
  return seen.client
}

/** `isForgeable`: whether it took a header of ours for the address. */
export function proxyCheckOf(at: string, seen: Seen, isForgeable: boolean): Check {
  const { address, socket, from, proxy, headers } = seen
  if (from === 'cloudflare') return ok('proxy', `Cloudflare names each client: this one is ${address}`)
  const naming = NAMING.find((name) => headers[name] !== undefined)
  // The server itself speaks no TLS.
  const isBehind = isHttps(at) || naming !== undefined || headers.forwarded !== undefined
  const isNamed = proxy !== null && headers[proxy.header] !== undefined
  // Who is trusted himself is no stranger: what he says of others is believed, and rightly.
  const isWithin = proxy?.isWithin && (isNamed || !isHttps(at))
  if (isForgeable) return isWithin ? within(address) : hole(proxy?.header)
  if (isNamed && proxy.isTrusted)
    return ok('proxy', `the proxy at ${socket} names each client in ${proxy.header}: this one is ${address}`)
  if (!isBehind)
    return ok('proxy', `none in front: the server sees ${address ?? 'no address'}${isHere(at) ? ', this machine' : ''}`)
  if (!proxy) {
    const word = naming ?? NAMING[0]
    const asks = naming === undefined ? `let the proxy send ${word}, and ` : ''
    return wrong(
      'proxy',
      `a proxy stands in front, and its address, ${socket}, is taken for every visitor's`,
      `${asks}start the server with GRAUPEL_PROXY="${word} ${socket}"`,
    )
  }
  if (!proxy.isTrusted)
    return wrong(
      'proxy',
      `the proxy at ${socket} is not among the networks of GRAUPEL_PROXY, so what it says of visitors is not believed`,
      `add ${socket} to GRAUPEL_PROXY, after ${proxy.header}`,
    )
  return wrong(
    'proxy',
    `the proxy at ${socket} does not say in ${proxy.header} whose requests it hands on`,
    `let it send ${proxy.header}${naming === undefined ? '' : `, or name ${naming} in GRAUPEL_PROXY, which it sends`}`,
  )
}

const hole = (header: string = NAMING[0]): Check =>
  wrong(
    'proxy',
    `whatever anybody writes into ${header} is believed: visitors can claim any address, and pass any limit by it`,
    `let the proxy overwrite ${header}, or append to it the address it sees, and trust no network but the proxy's own`,
  )

const within = (address: string | null): Check =>
  note(
    'proxy',
    `this machine, ${address}, is among the networks of GRAUPEL_PROXY, so what visitors can claim is not seen from here`,
    'ask again by the way that visitors take: --server https://…',
  )

export function placesCheck({ places, place, address }: Seen): Check {
  if (places === null)
    return note('places', 'countries are not told apart', 'give GRAUPEL_GEO an .mmdb file, of MaxMind or DB-IP')
  const where = place.country === undefined ? `none is known of ${address}` : `${address} is in ${place.country}`
  return ok('places', `countries are looked up ${places === 'file' ? 'in a file' : 'by Cloudflare'}: ${where}`)
}
