/**
 * Somebody with a browser, and what that browser remembers: when it was last here, and of which days, weeks and months it
 * has seen a view already. That is how the script tells what a view is the first of, and nobody needs a name for it.
 */
import { FLAG } from '../../sdk/wire/event'
import { AGENTS, type Agent } from './agent'
import type { Calendar } from './calendar'
import { Chance } from './chance'
import { type City, homeIn, type Place } from './place'

/** Longer without a sign, and the next view begins a session. */
export const IDLE = 1_800_000

export class Visitor {
  readonly number: number
  readonly place: Place
  readonly city: City
  readonly address: string
  readonly agent: Agent
  readonly width: number
  /** The last sign of it, unix milliseconds. */
  seen = Number.NEGATIVE_INFINITY
  private periods: number[] = []

  constructor(seed: number, number: number, place: Place, bot?: string) {
    const chance = new Chance(seed, 'visitor', number)
    const { city, address } = homeIn(place, chance)
    this.number = number
    this.place = place
    this.city = city
    this.address = address
    this.agent = bot === undefined ? AGENTS[chance.pick(place.agents)] : { text: bot, browser: '', widths: [1280] }
    this.width = chance.pick(this.agent.widths.map((width) => [width, 1]))
  }

  /** Looks at a page, the session's `index`th from 0: the flags of that view, by the site's calendar. */
  look(at: number, index: number, calendar: Calendar): number {
    const periods = calendar.periods(at)
    const ofSession = [FLAG.session, FLAG.second][index] ?? 0
    // The flag of the first period is 2, of the next 4, and so on.
    const flags = periods.reduce((sum, period, i) => sum + (period === (this.periods[i] ?? 0) ? 0 : 2 << i), ofSession)
    this.periods = periods
    return flags
  }
}
