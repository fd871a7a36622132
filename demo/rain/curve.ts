/**
 * When people come: by the hour and weekday of their own country, on days that are better or worse than others, at a site
 * that slowly grows. A curve is made once for a country and a stretch of time; then each draw is one search.
 */
import { Calendar, DAY } from './calendar'
import { Chance } from './chance'
import type { Place } from './place'

const HOUR = 3_600_000
/** From midnight on: asleep, a look at lunch, the long evening. */
const HOURS = [9, 6, 4, 3, 3, 5, 11, 20, 30, 38, 42, 45, 52, 48, 43, 42, 44, 49, 56, 66, 74, 70, 48, 23]
/** From Sunday on. */
const WEEKDAYS = [1.2, 0.96, 0.92, 0.94, 0.98, 1.02, 1.14]
/** Of its greatest day the first one has so much less. */
const GROWTH = 0.3
/** Days differ by so much either way. */
const WEATHER = 0.14

export interface Stretch {
  /** Unix milliseconds; `until` is exclusive. */
  from: number
  until: number
}

export class Curve {
  private readonly from: number
  /** Of each hour, the weight of all up to its end. */
  private readonly sums: number[] = []

  constructor(place: Pick<Place, 'zone'>, { from, until }: Stretch, seed: number) {
    this.from = from - (from % HOUR)
    const calendar = new Calendar(place.zone)
    let sum = 0
    for (let at = this.from; at < until; at += HOUR) {
      const local = calendar.local(at)
      const weather = new Chance(seed, 'weather', Math.floor(at / DAY)).next() * 2 - 1
      const growth = 1 - GROWTH * (1 - (at - from) / (until - from))
      // There are 24 hours and 7 weekdays.
      sum += HOURS[local.getUTCHours()]! * WEEKDAYS[local.getUTCDay()]! * (1 + WEATHER * weather) * growth
      this.sums.push(sum)
    }
  }

  /** A moment when somebody comes, unix milliseconds; of the hours at both ends it may lie just outside. */
  draw(chance: Chance): number {
    const { sums, from } = this
    const drawn = chance.next() * sums.at(-1)! // A stretch has hours.
    let [low, high] = [0, sums.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! > drawn) high = middle
      else low = middle + 1
    }
    return from + low * HOUR + chance.whole(0, HOUR - 1)
  }
}
