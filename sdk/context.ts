/** Where a view happens and what brought it, as little of both as counting needs: no query, no click id's value. */
import { options } from './tag'

/** Campaigns; and of `gclid`, `fbclid`, `msclkid`, `wbraid`, `li_fat_id`… the bare name: a value names one click of one person. */
const CAMPAIGN = /&((utm_\w+|ref|source)=[^&]*|\w+(clk?id|braid|fat_id)(?==))/g

/** `?` and what the pattern finds in the parameters of the page's address. */
const pick = (pattern: RegExp): string =>
  (location.search.replace('?', '&').match(pattern) ?? []).join('').replace('&', '?')

/** With `data-hash` the fragment goes on where the path ends: `/shop/#/cart?id=1` is `/shop/cart`. */
export const pathOf = (): string =>
  (location.pathname + (options.hash == null ? '' : location.hash)).replace(/\/?#!?\/?([^?]*).*/, '/$1')

/** host + path + the kept part of the query. */
export const pageOf = (): string =>
  location.host + pathOf() + pick(RegExp(`&(${options.query})=[^&]*`.replace(/[ ,]+/g, '|'), 'g'))

/** The referrer as host + path, then `?` and the campaign; that the site's own host brings nobody the server knows. */
export const arrivalOf = (): string => document.referrer.replace(/^.*?\/\/|[?#].*/g, '') + pick(CAMPAIGN)
