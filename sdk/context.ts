/** Where a view happens and what brought it, as little of both as counting needs: no query, no click id's value. */

/** A script tag's `data-…` attributes; the npm door takes the same names. */
export type Options = Readonly<Record<string, string | undefined>>

/** The parts of `window.location` that are looked at. */
export type Address = Pick<Location, 'host' | 'pathname' | 'search' | 'hash'>

/** `gclid`, `fbclid`, `msclkid`, `wbraid`, `li_fat_id`…: their values name one click of one person. */
const CLICK_ID = /(clk?id|braid|fat_id)=[^&]*/g
const CAMPAIGN = /^(utm_\w+=|ref=|source=|\w+(clk?id|braid|fat_id)$)/

/** `?` and the parameters that fit. */
const pick = (search: string, fit: RegExp): string =>
  search
    .slice(1)
    .split('&')
    .filter((pair) => fit.test(pair))
    .reduce((kept, pair) => (kept ? `${kept}&` : '?') + pair, '')

/** With `data-hash` the fragment goes on where the path ends: `/shop/#/cart?id=1` is `/shop/cart`. */
export const pathOf = ({ pathname, hash }: Address, options: Options): string =>
  options.hash == null ? pathname : (pathname + hash.split('?')[0]).replace(/\/?#!?\/?/, '/')

/** host + path + the kept part of the query. */
export const pageOf = (address: Address, options: Options): string =>
  address.host + pathOf(address, options) + pick(address.search, RegExp(`^(${options.query?.replace(/[ ,]+/g, '|')})=`))

/** The external referrer as host + path, then `?` and the campaign; empty for a direct visit. */
export function arrivalOf(referrer: string, { host, search }: Address): string {
  const from = referrer.replace(/^.*?\/\/|[?#].*/g, '')
  return (from.startsWith(host + '/') ? '' : from) + pick(search.replace(CLICK_ID, '$1'), CAMPAIGN)
}
