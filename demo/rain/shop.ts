/** The shop that is visited: its pages, what lies there to download, where its links lead, and what things cost. */
import type { Weighted } from './chance'

export const HOST = 'hailstone.example'

/** Where sessions begin. */
export const ENTRIES: Weighted<string> = [
  ['/', 40],
  ['/products/felt-gloves', 14],
  ['/products/wool-hat', 10],
  ['/products/ice-pad', 7],
  ['/guides/what-is-graupel', 16],
  ['/guides/dressing-for-hail', 8],
  ['/sale', 5],
]

/** Where they go on to. */
export const PAGES: Weighted<string> = [
  ['/', 10],
  ['/products', 16],
  ['/products/felt-gloves', 13],
  ['/products/wool-hat', 11],
  ['/products/ice-pad', 9],
  ['/products/storm-coat', 8],
  ['/products/hail-net', 5],
  ['/sale', 8],
  ['/guides/what-is-graupel', 5],
  ['/guides/dressing-for-hail', 4],
  ['/guides/sizes', 6],
  ['/about', 3],
  ['/delivery', 2],
]

/** The last pages of whoever buys. */
export const TILL = ['/basket', '/checkout', '/thanks'] as const

/** From which page what can be had. */
export const FILES: Readonly<Record<string, string>> = {
  '/guides/sizes': `${HOST}/files/size-chart.pdf`,
  '/products/ice-pad': `${HOST}/files/pad-patterns.zip`,
  '/products/wool-hat': `${HOST}/files/knitting.pdf`,
  '/guides/what-is-graupel': `${HOST}/files/graupel-poster.pdf`,
}

/** Whose link leads away. */
export const LINKS: Weighted<string> = [
  ['www.instagram.com/hailstone.example', 5],
  ['weather.example/hail/', 3],
  ['parcels.example/track', 2],
]

/** Cents: whole numbers add up exactly. */
export const PRICES: Weighted<number> = [
  [1450, 5],
  [2650, 8],
  [3900, 6],
  [5495, 3],
  [12900, 1],
]
