/** Raw events as a shop's browsers cause them: seeded visits, each of some pageviews, through the very door they come by. */
import { type Event, FLAG, type Saying } from '../../../sdk/wire/event'
import { eventsOf } from '../../../worker/ingest/events'
import type { Facts } from '../../../worker/ingest/facts'

const HOST = 'shop.example'
const PAGES = 200
const COUNTRIES = ['SE', 'US', 'DE', 'GB', 'FR', 'NL', 'NO', 'DK', 'FI', 'PL', 'ES', 'IT', 'BR', 'IN', 'JP', 'CA']
const REGIONS = 12
const CITIES = 25
const NETWORKS = 150
const BROWSERS = ['Chrome', 'Safari', 'Firefox', 'Edge', 'Samsung Internet', 'Opera']
const SYSTEMS = ['Windows', 'iOS', 'Android', 'macOS', 'Linux']
const DEVICES = ['mobile', 'desktop', 'tablet']
const LANGUAGES = ['en', 'sv', 'de', 'fr', 'nl', 'nb', 'da', 'fi', 'pl', 'es', 'it', 'pt', 'hi', 'ja']
const REFERRERS = ['google.com', 'duckduckgo.com', 'news.ycombinator.com', 'facebook.com', 'reddit.com', 'bing.com']
const CAMPAIGNS = ['spring', 'summer', 'newsletter-42', 'brand']
const MINUTE = 60_000

/** Numbers from 0 to 1 that come again with the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** In the order a log has them: almost that of time. `perSecond` events arrive each second. */
export function visits(
  count: number,
  { start, perSecond, seed = 1 }: { start: number; perSecond: number; seed?: number },
) {
  const random = seeded(seed)
  const below = (bound: number) => Math.floor(random() * bound)
  /** The first are the most frequent, as in life. */
  const skewed = (bound: number) => Math.floor(bound * random() ** 2.5)
  const oneOf = <Item>(items: readonly Item[]): Item => items[skewed(items.length)]!
  const visit = () => {
    const country = oneOf(COUNTRIES)
    const region = skewed(REGIONS)
    const facts: Facts = {
      agent: {
        browser: oneOf(BROWSERS),
        browserVersion: `${138 - skewed(20)}`,
        os: oneOf(SYSTEMS),
        osVersion: `${18 - skewed(8)}`,
        device: oneOf(DEVICES),
      },
      geo: {
        country,
        region: `${region}`,
        city: `Town ${region}-${skewed(CITIES)}`,
        network: `${country} Telecom ${skewed(NETWORKS)}`,
      },
      language: oneOf(LANGUAGES),
    }
    const campaign = random() < 0.15 ? `?utm_source=mail&utm_medium=letter&utm_campaign=${oneOf(CAMPAIGNS)}` : ''
    const referrer = (random() < 0.5 ? `${oneOf(REFERRERS)}/` : '') + campaign
    return { facts, referrer, entry: '', previous: '', views: 0, left: 1 + below(5) }
  }
  const open: ReturnType<typeof visit>[] = []
  const events: Event[] = []
  while (events.length < count) {
    if (open.length < 40) open.push(visit())
    const at = start + Math.floor((events.length / perSecond) * 1000)
    const i = below(open.length)
    const now = open[i]!
    const path = `/products/page-${skewed(PAGES)}`
    const view = ++now.views
    const flags = view === 1 ? FLAG.session | (random() < 0.7 ? FLAG.day : 0) : view === 2 ? FLAG.second : 0
    const sayings: Saying[] = [['p', flags, view === 2 ? 5 + below(60) : 0, now.previous, now.entry]]
    if (now.previous) sayings.unshift(['e', below(90), below(101)])
    const plaintext = { ts: at, page: HOST + path, referrer: now.referrer, width: 1200, sayings }
    // Beacons come some seconds late now and then.
    const when = at - (random() < 0.05 ? below(MINUTE) : 0)
    events.push(...eventsOf({ kind: 'beacon', site: 1, id: '', plaintext }, now.facts, when))
    now.entry ||= path
    now.previous = path
    if (view === now.left) open.splice(i, 1)
  }
  return events
}
