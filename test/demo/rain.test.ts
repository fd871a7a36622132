import nacl from 'tweetnacl'
import { describe, expect, test } from 'vitest'
import { AGENTS, BOTS } from '../../demo/rain/agent'
import { Calendar, DAY } from '../../demo/rain/calendar'
import { Chance } from '../../demo/rain/chance'
import { buys, somebody } from '../../demo/rain/decision'
import { BEACONS, dropsOf, type Ground, isSealed, LIVE } from '../../demo/rain/drop'
import { expectedOf } from '../../demo/rain/expected'
import { historyOf, SALES } from '../../demo/rain/history'
import { loadsOf } from '../../demo/rain/load'
import { writeMmdb } from '../../demo/rain/mmdb'
import { networks, PLACES } from '../../demo/rain/place'
import { beganOf, type Rain, rainOf, type Visit, type Wish } from '../../demo/rain/rain'
import { HOST } from '../../demo/rain/shop'
import { SOURCES } from '../../demo/rain/source'
import { bestOf, truthOf } from '../../demo/rain/truth'
import { EXPERIMENT } from '../../sdk/cli/demo'
import { configOf } from '../../sdk/wire/config'
import { boxKey, epochOf, open, publicKey, read } from '../../sdk/wire/envelope'
import { type Event, FLAG } from '../../sdk/wire/event'
import { type Pixel, readPlaintext } from '../../sdk/wire/plaintext'
import { agentOf, agentRefusal } from '../../worker/ingest/agent'
import { parseCounts } from '../../worker/ingest/count'
import { PAGEVIEW, eventsOf } from '../../worker/ingest/events'
import type { Facts } from '../../worker/ingest/facts'
import { GeoFile } from '../../worker/ingest/geo'
import { languageOf } from '../../worker/ingest/language'
import { eventOfPixel } from '../../worker/ingest/pixel'
import { arrivalOf } from '../../worker/ingest/referrer'
import { pathOf } from '../../worker/rollup/dimension'
import { Fragment } from '../../worker/rollup/fragment'
import { zoned } from '../calendar'

const UNTIL = Date.UTC(2026, 10, 26, 1)
const WISH: Wish = { seed: 7, events: 20_000, days: 28, until: UNTIL, zone: 'Europe/Stockholm' }
const rain = rainOf(WISH)
const people = rain.visits.filter(({ bot }) => bot === undefined)
const bots = rain.visits.filter(({ bot }) => bot !== undefined)
const moments = rain.visits.flatMap((visit) => visit.moments)
const share = (part: readonly unknown[], whole: readonly unknown[]) => part.length / whole.length

const SECRET = new Uint8Array(32).fill(5)
const EPOCH = epochOf(UNTIL)
const config = configOf({ site: 77, epoch: EPOCH, key: publicKey(SECRET) }, { written: UNTIL })
const ground: Ground = { config, write: 'gw_made_up', pixel: '/p/pixel.gif' }
/** All that would be sent, as text. */
const sent = (wished: Rain) => dropsOf(wished, ground).map(({ request }) => JSON.stringify(request()))
const small = (changes: Partial<Wish> = {}) => rainOf({ ...WISH, events: 600, days: 6, ...changes })

describe('a rain', () => {
  test('is the same to the byte for the same wish', () => {
    expect(sent(small())).toEqual(sent(small()))
  })

  test.each([
    ['seed', { seed: 8 }],
    ['hour', { until: UNTIL + 3_600_000 }],
    ['number of events', { events: 601 }],
  ])('is another one for another %s', (_, change) => {
    const other = new Set(sent(small(change)))
    expect(sent(small()).filter((text) => other.has(text))).toEqual([])
  })

  test('has as many events as were wished for, all before its hour and within its days', () => {
    expect(moments).toHaveLength(WISH.events)
    expect(moments.filter(({ at }) => at < UNTIL - WISH.days * DAY || at >= UNTIL)).toEqual([])
  })

  test('has sessions of one to twelve pages, most of them short', () => {
    const lengths = people.map(({ flags }) => flags.length)
    expect(new Set(lengths)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
    const atLeast = (pages: number) => lengths.filter((length) => length >= pages)
    expect(share(atLeast(2), lengths)).toBeCloseTo(0.58, 1)
    expect(share(atLeast(6), lengths)).toBeLessThan(0.2)
  })

  test('has three bots in a hundred events', () => {
    const tried = bots.flatMap((visit) => visit.moments)
    expect(share(tried, moments)).toBeGreaterThan(0.0295)
    expect(share(tried, moments)).toBeLessThan(0.0305)
  })

  test.each(PLACES)('comes from $country as often as it should', ({ country, share: wanted }) => {
    const from = people.filter(({ place }) => place.country === country)
    expect(share(from, people)).toBeGreaterThan(wanted / 100 - 0.02)
    expect(share(from, people)).toBeLessThan(wanted / 100 + 0.02)
  })

  test.each(PLACES)('is awake in the evening of $country, and asleep in its night', ({ country, zone }) => {
    const hours = people
      .filter(({ place }) => place.country === country)
      .map((visit) => zoned(beganOf(visit), zone).hour)
    const between = (from: number, to: number) => hours.filter((hour) => hour >= from && hour < to).length
    expect(between(18, 22)).toBeGreaterThan(5 * between(1, 5))
  })

  test('is heavier on Sundays than on Tuesdays', () => {
    const on = (weekday: number) =>
      people.filter((visit) => zoned(beganOf(visit), visit.place.zone).dayOfWeek === weekday)
    expect(on(7).length).toBeGreaterThan(1.1 * on(2).length)
  })

  test('sells, and only to who came to the till', () => {
    const buyers = people.filter((visit) => visit.moments.some(({ does }) => does === 'order'))
    expect(share(buyers, people)).toBeGreaterThan(0.01)
    expect(share(buyers, people)).toBeLessThan(0.05)
    for (const { moments: all } of buyers) {
      const order = all.findIndex(({ does }) => does === 'order')
      expect(all.slice(0, order)).toContainEqual(expect.objectContaining({ does: 'view', path: '/thanks' }))
    }
  })

  test('brings people back, never within half an hour, and tells each day of theirs once', () => {
    const calendar = new Calendar(WISH.zone)
    const visits = Map.groupBy(people, ({ visitor }) => visitor)
    const returned = [...visits.values()].filter(({ length }) => length > 1)
    expect(share(returned, [...visits])).toBeGreaterThan(0.1)
    for (const each of visits.values()) {
      for (const [i, visit] of each.slice(1).entries()) {
        expect(beganOf(visit) - each[i]!.moments.at(-1)!.at).toBeGreaterThan(1_800_000)
      }
      const views = each.flatMap((visit) => visit.moments.filter(({ does }) => does === 'view').map(({ at }) => at))
      const flagged = (flag: number) => each.flatMap(({ flags }) => flags).filter((flags) => flags & flag).length
      expect(flagged(FLAG.day)).toBe(new Set(views.map((at) => calendar.date(at))).size)
      expect(flagged(FLAG.ever)).toBe(1)
      expect(flagged(FLAG.session)).toBe(each.length)
    }
  })
})

describe('who is decided for', () => {
  const crowd = Array.from({ length: 8_000 }, (_, number) => somebody(7, number))

  test('is the same for the same seed, and another for another', () => {
    const told = (seed: number) => JSON.stringify(Array.from({ length: 20 }, (_, number) => somebody(seed, number)))
    expect(told(7)).toBe(told(7))
    expect(told(8)).not.toBe(told(7))
  })

  test.each(PLACES)('buys in $country as often as is true there', ({ country }) => {
    const here = crowd.filter(({ visitor }) => visitor.place.country === country)
    EXPERIMENT.options.forEach((option, i) => {
      const buyers = here.filter((who) => buys(who, option))
      const truth = truthOf(country)[i]!
      expect(Math.abs(share(buyers, here) - truth)).toBeLessThan(4 * Math.sqrt((truth * (1 - truth)) / here.length))
    })
  })

  test('has in each country an option that is best by far, and none that is best everywhere', () => {
    const best = PLACES.map(({ country }) => {
      const [first, second] = truthOf(country).toSorted((a, b) => b - a)
      expect(first! / second!).toBeGreaterThan(1.5)
      return bestOf(truthOf(country))
    })
    expect(new Set(best)).toEqual(new Set(EXPERIMENT.options))
  })
})

test.each(['Europe/Stockholm', 'Asia/Kolkata', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'UTC'])(
  'the calendar of %s is the one in the book',
  (zone) => {
    const calendar = new Calendar(zone)
    for (let at = Date.UTC(2026, 2, 25); at < Date.UTC(2026, 3, 8); at += 25 * 60_000) {
      expect(calendar.date(at)).toBe(zoned(at, zone).toPlainDate().toString())
      expect(calendar.local(at).getUTCHours()).toBe(zoned(at, zone).hour)
    }
  },
)

test('a draw of one stream moves no other', () => {
  const first = new Chance(7, 'session', 1)
  const other = new Chance(7, 'session', 2)
  other.next()
  expect(first.next()).toBe(new Chance(7, 'session', 1).next())
  expect(first.next()).not.toBe(other.next())
})

test.each([1, 2, 3, 4])('the draws of many streams, each its number %i, are spread evenly', (draw) => {
  const [streams, bins] = [40_000, 200]
  const counts = new Array<number>(bins).fill(0)
  for (let stream = 0; stream < streams; stream++) {
    const chance = new Chance(7, 'session', stream)
    for (let i = 1; i < draw; i++) chance.next()
    counts[Math.floor(chance.next() * bins)]! += 1
  }
  const mean = streams / bins
  const chiSquare = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)
  // Its mean is 199, its deviation 20.
  expect(chiSquare).toBeGreaterThan(100)
  expect(chiSquare).toBeLessThan(300)
})

describe('what the server makes of it', () => {
  test.each(Object.entries(AGENTS))('knows the browser of %s', (_, { text, browser }) => {
    expect(agentOf(text).browser).toBe(browser)
    expect(agentRefusal(agentOf(text))).toBeUndefined()
  })

  test.each(BOTS)('refuses %s', (text) => {
    expect(agentRefusal(agentOf(text))).toBe('bot')
  })

  test.each(SOURCES.map(([source]) => source))('calls $referrer $name', ({ referrer, name }) => {
    expect(arrivalOf(referrer, `${HOST}/`).source).toBe(name)
  })

  test('finds each visitor in his city', () => {
    const file = new GeoFile(writeMmdb(networks()))
    for (const { visitor } of rain.visits) {
      const { place, city, address } = visitor
      expect(file.find(address)).toEqual({ country: place.country, network: place.network, ...city })
    }
    expect(new Set(people.map(({ visitor }) => visitor.address.includes(':')))).toEqual(new Set([true, false]))
  })
})

describe('the last days', () => {
  const recent = rain.visits.filter((visit) => isSealed(visit, rain))
  const loads = recent.flatMap(loadsOf)
  const texts = dropsOf(rain, ground).flatMap(({ request }) => {
    const { path, method, body = '' } = request()
    if (path === '/p/') return body.split('\n')
    return method === 'GET' && path.startsWith('/p/') && path.length > 100 ? [path.slice(3)] : []
  })

  test('are sealed, each page load with a key of its own and its envelopes counted from one', () => {
    const envelopes = texts.map((text) => read(text)!)
    expect(envelopes.every(({ kind, site, epoch }) => kind === 'beacon' && site === 77 && epoch === EPOCH)).toBe(true)
    const byKey = Map.groupBy(envelopes, (envelope) => ('epk' in envelope ? envelope.epk.join() : ''))
    expect(byKey.size).toBe(loads.length)
    for (const each of byKey.values()) {
      expect(each.map((envelope) => 'seq' in envelope && envelope.seq)).toEqual(each.map((_, i) => i + 1))
    }
  })

  test('say what happened, and none of it is too old to be taken', () => {
    const opened = texts.map((text) => {
      const envelope = read(text)!
      if (envelope.kind !== 'beacon') throw new Error('no beacon')
      return readPlaintext(open(envelope, boxKey(nacl.scalarMult(SECRET, envelope.epk))!)!)!
    })
    const said = loads.flatMap(({ view, later }) => [view, ...later])
    expect(opened.map(({ ts, page, referrer, width, sayings }) => [ts, page, referrer, width, ...sayings])).toEqual(
      said,
    )
    expect(Math.min(...opened.map(({ ts }) => ts))).toBeGreaterThanOrEqual(UNTIL - BEACONS)
  })

  test('let a pixel and a crawler count by themselves on the last of them alone', () => {
    const pixels = dropsOf(rain, ground).filter(({ request }) => request().path.startsWith('/p/pixel.gif'))
    const since = (from: number) =>
      recent.flatMap(({ moments: all }) => all.filter(({ at, does }) => does === 'order' && at >= from))
    expect(pixels).toHaveLength(since(UNTIL - LIVE).length)
    expect(pixels.length).toBeGreaterThan(0)
    expect(recent.filter((visit) => visit.bot !== undefined && beganOf(visit) < UNTIL - LIVE)).toEqual([])
  })
})

describe('a visit', () => {
  const file = new GeoFile(writeMmdb(networks()))
  const factsOf = ({ visitor: { agent, address, place } }: Visit): Facts => ({
    agent: agentOf(agent.text),
    geo: file.find(address),
    language: languageOf(place.languages),
  })

  /** As its browser tells it. */
  const live = (visit: Visit): Event[] => [
    ...loadsOf(visit).flatMap(({ view, later }) =>
      [view, ...later].flatMap((said) => {
        const plaintext = readPlaintext(JSON.stringify(said))!
        return eventsOf({ kind: 'beacon', site: 77, id: '', plaintext }, factsOf(visit), plaintext.ts)
      }),
    ),
    ...visit.moments.flatMap((moment) => {
      if (moment.does !== 'order') return []
      const pixel: Pixel = {
        expires: 0,
        notBefore: 0,
        type: 'order',
        dimensions: SALES,
        metrics: {},
        slots: {},
        options: {},
      }
      const verified = { kind: 'pixel', site: 77, random: new Uint8Array(12), name: '', pixel } as const
      return [
        eventOfPixel(verified, { metrics: { dollars: moment.cents / 100 } }, { facts: factsOf(visit) }, moment.at),
      ]
    }),
  ]

  /** As a program tells it afterwards. */
  const told = async (visit: Visit): Promise<Event[]> => {
    const parsed = await parseCounts(historyOf(visit, rain), { now: UNTIL })
    if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem))
    return parsed.items.map(({ event }) => event)
  }

  /** What they count, by type, path and metric, over all time. */
  const totals = (events: readonly Event[]): Record<string, number> => {
    const fragment = new Fragment()
    for (const event of events) fragment.add(event)
    const sums = new Map<string, number>()
    for (const { type, path, cell } of fragment.cells()) {
      for (const [i, name] of cell.names.entries()) {
        const key = [type, ...pathOf(path), name].join(' › ')
        sums.set(key, (sums.get(key) ?? 0) + cell.sums[i]! + cell.carries[i]!)
      }
    }
    return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0))
  }

  test.each([
    ['of one page', (visit: Visit) => visit.flags.length === 1],
    ['of many pages', ({ flags }: Visit) => flags.length > 8],
    ['with a download', (visit: Visit) => visit.moments.some(({ does }) => does === 'download')],
    ['with an order', (visit: Visit) => visit.moments.some(({ does }) => does === 'order')],
    ['that left by a link', (visit: Visit) => visit.moments.some(({ does }) => does === 'follow')],
    ['that a campaign brought', ({ source }: Visit) => source.referrer.includes('utm_campaign')],
  ])('%s counts the same by either way', async (_, fits) => {
    const some = people.filter(fits).slice(0, 20)
    expect(some.length).toBeGreaterThan(3)
    for (const visit of some) {
      expect(Object.keys(totals(live(visit))).length).toBeGreaterThan(20)
      expect(totals(await told(visit))).toEqual(totals(live(visit)))
    }
  })

  test('names its visitor where its browser would have told him from others', async () => {
    const parsed = await parseCounts(
      people.slice(0, 100).flatMap((visit) => historyOf(visit, rain)),
      { now: UNTIL },
    )
    if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem))
    for (const { visitor, event } of parsed.items) {
      const isDeed = event.metrics.hits !== 0 && event.type !== 'order'
      expect(visitor !== undefined).toBe(isDeed)
      // Where none is said the server tells sessions of its own.
      if (isDeed) expect(event.metrics.sessions).toBeDefined()
    }
  })

  test('of a crawler is told as what the server refuses', () => {
    const tried = historyOf(bots[0]!, rain)
    expect(tried).toHaveLength(bots[0]!.moments.length)
    expect(new Set(tried.map(({ type, dimensions }) => JSON.stringify([type, dimensions])))).toEqual(
      new Set(['["refused",{"reason":"bot"}]']),
    )
  })
})

test('what must be counted adds up', () => {
  const { questions, bots: tried } = expectedOf(rain)
  const all = (title: string) => questions.find((each) => each.title === title)
  const views = moments.filter(({ does }) => does === 'view').length - tried
  expect(all('views')).toMatchObject({ value: views })
  for (const question of questions) {
    if (question.of === 'all' || question.type !== PAGEVIEW) continue
    const sum = [...question.values.values()].reduce((total, each) => total + each, 0)
    expect([question.title, sum]).toEqual([question.title, question.metric === 'hits' ? views : people.length])
  }
})
