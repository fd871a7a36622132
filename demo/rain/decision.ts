/**
 * One visitor of the front page: is decided for, sees the option, and buys or does not. What he would do at each option is
 * settled by the seed; which one he sees the server says. By public routes alone, and the last two sealed as the script seals.
 */
import { EXPERIMENT } from '../../sdk/cli/demo'
import type { Plaintext } from '../../sdk/send'
import type { Config } from '../../sdk/wire/config'
import { Chance, type Weighted } from './chance'
import { headersOf, PREFIX, type Request } from './drop'
import type { Pen } from './pen'
import { type Place, PLACES } from './place'
import { HOST } from './shop'
import { buysBy } from './truth'
import { Visitor } from './visitor'

export interface Somebody {
  number: number
  visitor: Visitor
  /** From 0 to 1: he buys where more than this share does. */
  reserve: number
}

const SHARES: Weighted<Place> = PLACES.map((place) => [place, place.share])

export function somebody(seed: number, number: number): Somebody {
  const chance = new Chance(seed, 'decision', number)
  const visitor = new Visitor(seed, number, chance.pick(SHARES))
  return { number, visitor, reserve: chance.next() }
}

export const buys = ({ visitor, reserve }: Somebody, option: string): boolean =>
  reserve < buysBy(visitor.place.country, option)

/** What `/decide` answers, as far as it matters here. */
export interface Decided {
  option: string
  id: string | null
}

export function question(site: number, run: string, { number, visitor }: Somebody): Request {
  const query = new URLSearchParams({
    site: String(site),
    decision: EXPERIMENT.decision,
    options: JSON.stringify(EXPERIMENT.options),
    dimensions: JSON.stringify({ country: visitor.place.country }),
    unit: `${run} ${number}`,
  })
  return { path: `/decide?${query}`, method: 'GET', headers: headersOf(visitor) }
}

/** That it was seen; then, of who buys, that it was worth it. */
export function envelopesOf(who: Somebody, { option, id }: Decided, pen: Pen, now: number): string[] {
  if (id === null) return []
  const said = (code: 'x' | 'r'): Plaintext => [
    now,
    `${HOST}/`,
    '',
    who.visitor.width,
    [code, EXPERIMENT.decision, option, id],
  ]
  return pen.seal(String(who.number), [said('x'), ...(buys(who, option) ? [said('r')] : [])])
}

export const beacon = ({ visitor }: Somebody, envelope: string, config: Config): Request => ({
  path: config[PREFIX] + envelope,
  method: 'GET',
  headers: headersOf(visitor),
})
