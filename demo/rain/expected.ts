/**
 * What `/graph` must say of a rain: counted from the rain itself, visit by visit, by nothing that sends it and nothing that
 * the server knows. Each expectation is a question and its answer.
 */
import { FLAG } from '../../sdk/wire/event'
import { Calendar } from './calendar'
import type { Rain, Visit } from './rain'
import type { Moment } from './session'
import { HOST } from './shop'

export type Expectation =
  | { of: 'all'; title: string; type: string; metric: string; value: number }
  /** The children of a dimension, by name. */
  | { of: 'names'; title: string; type: string; metric: string; dimension: string[]; values: Map<string, number> }
  /** Days of the site's calendar: `2026-11-26`. */
  | { of: 'days'; title: string; type: string; metric: string; values: Map<string, number> }

export interface Expected {
  questions: Expectation[]
  /** What crawlers tried, all of it refused. */
  bots: number
}

const sum = <Item>(items: readonly Item[], number: (item: Item) => number): number =>
  items.reduce((total, item) => total + number(item), 0)

/** How many of each name. */
function tally<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1)
  return counts
}

type Done<Does extends Moment['does']> = { visit: Visit; moment: Extract<Moment, { does: Does }> }

/** All that was done in one way, and by whom. */
const done = <Does extends Moment['does']>(visits: readonly Visit[], does: Does): Done<Does>[] =>
  visits.flatMap((visit) =>
    visit.moments.flatMap(
      (moment) => (moment.does === does ? [{ visit, moment: moment as Extract<Moment, { does: Does }> }] : []), // Just seen.
    ),
  )

const hits = (type: string, title: string, dimension: string[], values: Map<string, number>): Expectation => ({
  of: 'names',
  title,
  type,
  metric: 'hits',
  dimension,
  values,
})

export function expectedOf({ visits, wish }: Rain): Expected {
  const people = visits.filter(({ bot }) => bot === undefined)
  const calendar = new Calendar(wish.zone)
  const views = done(people, 'view')
  const leaves = done(people, 'leave')
  const downloads = done(people, 'download')
  const follows = done(people, 'follow')
  const orders = done(people, 'order')
  const engaged = people.filter(({ flags }) => flags.length > 1).length
  const first = (flag: number) => sum(people, ({ flags }) => flags.filter((each) => each & flag).length)
  const all = (title: string, type: string, metric: string, value: number): Expectation => ({
    of: 'all',
    title,
    type,
    metric,
    value,
  })
  const dayOf = ({ moment }: { moment: Moment }) => calendar.date(moment.at)
  return {
    bots: sum(visits, ({ bot, moments }) => (bot === undefined ? 0 : moments.length)),
    questions: [
      all('views', 'pageview', 'hits', views.length),
      all('sessions', 'pageview', 'sessions', people.length),
      all('engaged', 'pageview', 'engaged', engaged),
      all('bounce rate', 'pageview', 'bounce_rate', (people.length - engaged) / people.length),
      all('pages a session', 'pageview', 'pages_per_session', views.length / people.length),
      all(
        'seconds',
        'pageview',
        'seconds',
        sum(leaves, ({ moment }) => moment.seconds),
      ),
      all('exits', 'pageview', 'exits', people.length),
      all('visitors', 'pageview', 'visitors', first(FLAG.ever)),
      all('visitors by day', 'pageview', 'visitors_day', first(FLAG.day)),
      all('downloads', 'download', 'downloads', downloads.length),
      all('links away', 'outbound', 'hits', follows.length),
      all('orders', 'order', 'hits', orders.length),
      all('dollars', 'order', 'dollars', sum(orders, ({ moment }) => moment.cents) / 100),
      hits(
        'pageview',
        'views by country',
        ['country'],
        tally(views, ({ visit }) => visit.place.country),
      ),
      hits(
        'pageview',
        'views by source',
        ['source'],
        tally(views, ({ visit }) => visit.source.name),
      ),
      hits(
        'pageview',
        'views by page',
        ['page', HOST],
        tally(views, ({ moment }) => moment.path),
      ),
      hits(
        'pageview',
        'views by browser',
        ['browser'],
        tally(views, ({ visit }) => visit.visitor.agent.browser),
      ),
      hits(
        'download',
        'downloads by file',
        ['file', HOST],
        tally(downloads, ({ moment }) => moment.url.slice(HOST.length)),
      ),
      { of: 'days', title: 'views by day', type: 'pageview', metric: 'hits', values: tally(views, dayOf) },
      {
        of: 'days',
        title: 'sessions by day',
        type: 'pageview',
        metric: 'sessions',
        values: tally(people, ({ moments }) => calendar.date(moments[0]!.at)), // Each has its first view.
      },
    ],
  }
}
