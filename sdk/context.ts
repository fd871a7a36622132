/** Where a view happens and what brought it, as little of both as counting needs: no query, no click id's value. */

/** A script tag's `data-…` attributes; the npm door takes the same names. */
export type Options = Readonly<Record<string, string | undefined>>

/** The parts of `window.location` that are looked at. */
export type Address = Pick<Location, 'host' | 'pathname' | 'search' | 'hash'>

export interface Place {
  path: string
  /** host + path + the kept part of the query. */
  page: string
}

const CAMPAIGN = /^(utm_.*|ref|source)$/
/** They name one click of one person, so only that there was one is told. */
const CLICK_ID = /^((g|fb|tt|tw)clid|[gw]braid|msclkid|li_fat_id)$/

/** `?` and those parameters that `tell` makes something of. */
function pick(search: string, tell: (name: string, pair: string) => string | false): string {
  const kept: string[] = []
  new URLSearchParams(search).forEach((value, name) => {
    const told = tell(name, name + '=' + encodeURIComponent(value))
    if (told) kept.push(told)
  })
  return kept.length ? '?' + kept.join('&') : ''
}

/** With `data-hash` the fragment goes on where the path ends: `/shop/#/cart?id=1` is `/shop/cart`. */
export function placeOf({ host, pathname, search, hash }: Address, { hash: byHash, query }: Options): Place {
  const path = byHash == null ? pathname : (pathname + hash.replace(/\?.*/, '')).replace(/\/?#!?\/?/, '/')
  const names = query?.split(/[ ,]+/)
  return { path, page: host + path + pick(search, (name, pair) => !!names?.includes(name) && pair) }
}

/** The external referrer as host + path, then `?` and the campaign; empty for a direct visit. */
export function arrivalOf(referrer: string, { host, search }: Address): string {
  const from = referrer ? new URL(referrer) : undefined
  const isOutside = from && from.host !== host
  const campaign = pick(search, (name, pair) => (CAMPAIGN.test(name) ? pair : CLICK_ID.test(name) && name))
  return (isOutside ? from.host + from.pathname : '') + campaign
}
