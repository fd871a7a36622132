/**
 * Types that browsers made up. Anyone can speak as a browser, and a site tells a thousand types apart: so each isolate lets
 * them name so many of a site's, and counts what else they name under `…`. Servers and pixels name theirs as they like.
 */
import { REST } from '../rollup/dimension'
import { Bounded } from './bounded'

const MOST_TYPES = 100
const SITES = 1_000

export class Said {
  private readonly sites = new Bounded<Set<string>>(SITES)

  /** The type under which a browser's word is counted. */
  type(site: number, type: string): string {
    const known = this.sites.get(String(site)) ?? new Set()
    this.sites.set(String(site), known)
    if (known.size < MOST_TYPES) known.add(type)
    return known.has(type) ? type : REST
  }

  /** The same for who only asks: nothing is said by that. */
  asked(site: number, type: string): string {
    const known = this.sites.get(String(site))
    return !known || known.size < MOST_TYPES || known.has(type) ? type : REST
  }
}
