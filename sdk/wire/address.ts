/**
 * Where a minted pixel is fetched, and how a page shows it to browsers without scripts. That it counts once a day stands in
 * the clear as well, so that how long an answer may be kept is decided without opening anything.
 */
import { ORDER } from './minting'
import type { Pixel } from './plaintext'

/** Before `.gif`: the answer may be kept until the site's midnight. Anyone may write it, and harms nobody but himself. */
const ONCE = '.once'
const IMAGE = '.gif'

/** What the last segment of a pixel's URL says: the envelope, and how it wants to be answered. */
export function readName(name: string): { text: string; isImage: boolean; isOnce: boolean } {
  const isImage = name.endsWith(IMAGE)
  const bare = isImage ? name.slice(0, -IMAGE.length) : name
  const isOnce = bare.endsWith(ONCE)
  return { text: isOnce ? bare.slice(0, -ONCE.length) : bare, isImage, isOnce }
}

/** Old proxies and mail programs cut URLs near 2,000 characters. */
const URL_CHARACTERS = 1_900
/** What a slot's value may take: the longest number that is written plainly, and an order as shops number them. */
const NUMBER_ROOM = 24
const ORDER_ROOM = 64

/** `base` is the origin with the pixels' prefix: `https://HOST/p`. */
export const urlOf = (base: string, envelope: string, { options }: Pixel): string =>
  `${base}/${envelope}${options.once ? ONCE : ''}${IMAGE}`

/** What is wrong with a URL that is too long once its slots are filled in. */
export function lengthProblem(url: string, { slots }: Pixel): string | undefined {
  const room = Object.keys(slots).reduce((sum, name) => sum + roomOf(name), 0)
  const length = url.length + room
  if (length <= URL_CHARACTERS) return undefined
  return `the URL would be ${length} characters long, ${room} of them for its slots, and may be ${URL_CHARACTERS}: say less in dimensions, metrics or origins`
}

/** `&name=value` */
const roomOf = (name: string): number =>
  encodeURIComponent(name).length + (name === ORDER ? ORDER_ROOM : NUMBER_ROOM) + 2

/** A page's view is told by its Referer, of which browsers send other sites the origin alone, unless a page says otherwise. */
const WHOLE_REFERER = ' referrerpolicy="no-referrer-when-downgrade"'

export function noscriptOf(url: string, { type }: Pixel): string {
  const policy = type === 'pageview' ? WHOLE_REFERER : ''
  return `<noscript><img src="${url}" alt="" width="1" height="1"${policy}></noscript>`
}
