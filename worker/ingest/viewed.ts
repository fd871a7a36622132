/**
 * The page that shows a pixel of type `pageview`, for browsers without scripts. All it says of itself is its Referer, of
 * which a browser tells another site the origin alone, unless the page asks for more: a bare `/` from there is no path.
 */
import { type Entries, ofPlace } from './dimensions'
import { fits } from './origins'
import { placeOf, withoutQuery } from './place'
import { nest } from './tree'

export interface Showing {
  /** The server's own host and port. */
  host: string
  /** Whose pages may show it. */
  origins: readonly string[]
  referer: string | undefined
}

export function viewed({ host, origins, referer }: Showing): Entries {
  if (!referer || !fits(origins, { referer })) return []
  const page = withoutQuery(placeOf(referer))
  if (!page.host) return []
  return page.path === '/' && page.host !== host ? [['page', nest([page.host])]] : ofPlace('page', page)
}
