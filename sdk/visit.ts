/**
 * A session, and what a view is the first of. Both are the browser's own business: only their bits leave it, so that
 * nobody needs an id to be counted once a day.
 */
import { arrivalOf, pageOf, pathOf } from './context'
import { keep, now, recall, SESSION, store } from './state'
import { config } from './tag'
import type { Saying } from './wire/event'

const DAY = 86_400_000
/** Longer without a sign, and the next view begins a session. */
const IDLE = 1_800_000

/**
 * The numbers of the periods that this moment lies in by the site's calendar, the flag of the first being 2, of the next 4
 * and so on: day, month, ever, nothing, week, quarter, year.
 */
export const periodsOf = (): number[] => {
  const date = new Date(now() + config[3])
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
  const day = +date / DAY
  // 1970 began on a Thursday, ISO weeks begin on Mondays.
  return [day, month, 1, 0, (day + 3) / 7, month / 3, month / 12].map(Math.floor)
}

/** Any sign of the visitor keeps a session going. */
export const isOn = (): boolean => Math.abs(now() - recall()[SESSION]) < IDLE

/** The page of the last view; what is said is said there. */
export let page: string | undefined

/** A view of the page that is shown now. */
export const visit = (): Saying => {
  const [, , , was, ...session] = recall()
  const time = now()
  const path = pathOf()
  const periods = periodsOf()
  // What brought the first view of a page load brings no later one.
  const [began, views, entry, previous, referrer] = isOn() ? session : [time, 0, path, '', page ? '' : arrivalOf()]
  keep(SESSION, time, periods, began, views + 1, entry, path, referrer)
  // Its first view begins a session, its second makes it engaged.
  const flags = periods.reduce((sum, period, i) => sum + (period === (was[i] ?? 0) ? 0 : 2 << i), [1, 16][views] ?? 0)
  // Without storage all that can be known is whether somebody came to this page just now.
  const saying: Saying = store.getItem
    ? ['p', flags, ((time - began) / 1000) | 0, previous, entry]
    : ['p', page ? 0 : 1]
  page = pageOf()
  return saying
}
