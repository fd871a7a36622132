/**
 * A session: somebody comes from somewhere, looks at one to twelve pages, perhaps downloads, leaves for elsewhere or buys.
 * It is drawn from its own number alone, so it is the same whatever other sessions there are. Who comes is settled later.
 */
import { BOTS } from './agent'
import { Chance, type Weighted } from './chance'
import type { Curve, Stretch } from './curve'
import { type Place, PLACES } from './place'
import { ENTRIES, FILES, LINKS, PAGES, PRICES, TILL } from './shop'
import { SOURCES, type Source } from './source'

/** What a session does at a moment, unix milliseconds. `load` counts its page loads from 0. A new kind is a new member. */
export type Moment = { at: number; load: number } & (
  | { does: 'view'; path: string }
  | { does: 'leave'; seconds: number; scroll: number }
  | { does: 'download'; url: string }
  | { does: 'follow'; url: string }
  | { does: 'order'; cents: number }
)

export interface Session {
  number: number
  place: Place
  source: Source
  /** What a crawler calls itself. */
  bot?: string
  /** In order of time; the first is a view. */
  moments: Moment[]
}

/** Of a hundred sessions, those of one page, of two, up to twelve. */
const LENGTHS: Weighted<number> = [42, 17, 11, 8, 6, 5, 3.5, 2.5, 2, 1.5, 1, 0.5].map((share, i) => [i + 1, share])
export const LONGEST = LENGTHS.length
/** Of the sessions that are long enough to. */
const BUYERS = 0.13
/** Looking around, then the till's pages. */
const SHORTEST_PURCHASE = TILL.length + 2
const DOWNLOADERS = 0.16
const FOLLOWERS = 0.025
/** A phone that puts a page away often says nothing. */
const SILENT = 0.08
/** Seconds on a page: half of them less than this; how they spread; the least; and well below what ends a session. */
const READING = 32
const SPREAD = 0.9
const GLANCE = 1.5
const LONGEST_READING = 1_400
/** Milliseconds from leaving a page to seeing the next, and from a thank-you page to its pixel. */
const LOADING = [150, 900] as const
const PIXEL = 400
/** A crawler reads a page in so many milliseconds. */
const CRAWLING = [700, 4_000] as const

const SHARES: Weighted<Place> = PLACES.map((place) => [place, place.share])

/** Draws sessions by their number. */
export class Sessions {
  private readonly seed: number
  private readonly stretch: Stretch
  private readonly curves: ReadonlyMap<Place, Curve>

  constructor(seed: number, stretch: Stretch, curves: ReadonlyMap<Place, Curve>) {
    this.seed = seed
    this.stretch = stretch
    this.curves = curves
  }

  person(number: number): Session {
    const chance = new Chance(this.seed, 'session', number)
    const place = chance.pick(SHARES)
    const source = chance.pick(SOURCES)
    const began = this.curves.get(place)!.draw(chance) // Each place has its curve.
    const moments: Moment[] = []
    let at = began
    for (const [load, path] of pathsOf(chance).entries()) {
      const left = at + Math.round(1000 * readingOf(chance))
      moments.push({ at, load, does: 'view', path }, ...clicksOn(path, { at, left, load }, chance))
      if (path === TILL.at(-1)) moments.push({ at: at + PIXEL, load, does: 'order', cents: basketOf(chance) })
      if (!chance.happens(SILENT)) {
        const seconds = Math.floor((left - at) / 1000)
        moments.push({ at: left, load, does: 'leave', seconds, scroll: chance.whole(2, 10) * 10 })
      }
      at = left + chance.whole(...LOADING)
    }
    return { number, place, source, moments }
  }

  /** Crawlers know no evening, and say where they come from only in their name. */
  bot(number: number): Session {
    const chance = new Chance(this.seed, 'bot', number)
    const { from, until } = this.stretch
    const place = chance.pick(SHARES)
    const bot = chance.pick(BOTS.map((each) => [each, 1]))
    let at = chance.whole(from, until - 1)
    const moments = Array.from({ length: chance.whole(1, LONGEST) }, (_, load): Moment => {
      const view = { at, load, does: 'view', path: chance.pick(PAGES) } as const
      at += chance.whole(...CRAWLING)
      return view
    })
    return { number, place, source: { name: 'direct', referrer: '' }, bot, moments }
  }
}

const MOST_THINGS = 3

/** What the things in it cost. */
const basketOf = (chance: Chance): number =>
  Array.from({ length: chance.whole(1, MOST_THINGS) }, () => chance.pick(PRICES)).reduce((sum, price) => sum + price, 0)

/** The pages of a session; nobody loads the page again that he is looking at. */
function pathsOf(chance: Chance): string[] {
  const length = chance.pick(LENGTHS)
  const till = length >= SHORTEST_PURCHASE && chance.happens(BUYERS) ? TILL : []
  const paths = [chance.pick(ENTRIES)]
  while (paths.length < length - till.length) {
    const next = chance.pick(PAGES)
    if (next !== paths.at(-1)) paths.push(next)
  }
  return [...paths, ...till]
}

const readingOf = (chance: Chance): number =>
  Math.min(LONGEST_READING, Math.max(GLANCE, chance.around(READING, SPREAD)))

function clicksOn(
  path: string,
  { at, left, load }: { at: number; left: number; load: number },
  chance: Chance,
): Moment[] {
  const when = Math.round(at + (left - at) * (0.3 + 0.6 * chance.next()))
  const file = FILES[path]
  if (file && chance.happens(DOWNLOADERS)) return [{ at: when, load, does: 'download', url: file }]
  return chance.happens(FOLLOWERS) ? [{ at: when, load, does: 'follow', url: chance.pick(LINKS) }] : []
}
