/**
 * What a page decides it asks below its script's prefix: there its own host hands on what comes, and no list of blockers
 * knows the name. Here that becomes the address of `/decide`, which judges it like any other question.
 */
import { PageQuery } from '../asked/page'
import { queryBy } from './parsed'

/** Undefined where nothing is asked. */
export function decideAddress(address: string, site: string): URL | undefined {
  const url = new URL(address)
  const { q } = url.searchParams.has('q') ? queryBy(PageQuery, Object.fromEntries(url.searchParams)) : {}
  if (!q) return undefined
  const [decision, options, { dimensions, ...texts }] = q
  url.pathname = '/decide'
  url.search = String(
    new URLSearchParams({
      ...texts,
      site,
      decision,
      options: JSON.stringify(options),
      ...(dimensions !== undefined && { dimensions: JSON.stringify(dimensions) }),
    }),
  )
  return url
}
