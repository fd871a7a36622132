/** Where a view happens and what brought it, as little of both as counting needs: no query, no click id's value. */

/** A script tag's `data-…` attributes; the npm door takes the same names. */
export type Options = Readonly<Record<string, string | undefined>>

/** Campaigns; and of `gclid`, `fbclid`, `msclkid`, `wbraid`, `li_fat_id`… the bare name: a value names one click of one person. */
const CAMPAIGN = /^((utm_\w+|ref|source)=.*|\w+(clk?id|braid|fat_id)(?==))/

/** `?` and what the pattern finds in the parameters of the page's address. */
const pick = (pattern: RegExp): string =>
  location.search
    .split(/[?&]/)
    .flatMap((pair) => pattern.exec(pair)?.[0] ?? [])
    .join('&')
    .replace(/^(?=.)/, '?')

/** With `data-hash` the fragment goes on where the path ends: `/shop/#/cart?id=1` is `/shop/cart`. */
export const pathOf = ({ hash }: Options): string =>
  hash == null ? location.pathname : (location.pathname + location.hash.split('?')[0]).replace(/\/?#!?\/?/, '/')

/** `html, pdf` as a pattern. */
export const oneOf = (list: string | undefined): string => `(${list?.replace(/[ ,]+/g, '|')})`

/** host + path + the kept part of the query. */
export const pageOf = (options: Options): string =>
  location.host + pathOf(options) + pick(RegExp(`^${oneOf(options.query)}=.*`))

/** The external referrer as host + path, then `?` and the campaign; empty for a direct visit. */
export function arrivalOf(): string {
  const from = document.referrer.replace(/^.*?\/\/|[?#].*/g, '')
  return (from.startsWith(location.host + '/') ? '' : from) + pick(CAMPAIGN)
}
