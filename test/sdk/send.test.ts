import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Plaintext } from '../../sdk/send'
import type { Options } from '../../sdk/tag'
import { browser, load, OK, opened, URL_OF_PIXELS, WRITTEN } from './browser'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = WRITTEN
const CORRECTION = 0
const DROPPED = 1

const said = (n: number, ts = Date.now()): Plaintext => [ts, 'shop.example/', '', 1280, ['e', n, 0]]
const numbers = (body: string) => body.split('\n').map((text) => (opened(text)[4] as unknown[])[1])
/** Until everything that is not a timer has happened. */
const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the queue', () => {
  test('holds an envelope before it is sent, and lets go of it on a 2xx', async () => {
    const world = browser()
    const { add, drain } = await load()
    add(said(1))
    expect(world.queue()).toHaveLength(1)
    void drain()
    expect(world.posts).toEqual(world.queue())
    await settle()
    expect(world.queue()).toEqual([])
  })

  test('is sent by the next page, in one request with what that page says', async () => {
    const storage = {}
    const before = browser({ storage })
    before.replies = ['unreachable']
    const first = await load()
    first.add(said(1))
    const kept = before.queue()
    vi.setSystemTime(NOW + 100)
    const world = browser({ storage })
    const next = await load()
    next.add(said(2))
    void next.drain()
    await settle()
    expect(world.posts).toHaveLength(1)
    expect(world.posts[0]!.split('\n')[0]).toBe(kept[0])
    expect(numbers(world.posts[0]!)).toEqual([1, 2])
  })

  test('holds a hundred of two hundred, drops the oldest and counts them', async () => {
    const world = browser()
    const { add } = await load()
    for (let n = 1; n <= 200; n++) add(said(n))
    expect(world.queue().map((text) => numbers(text)[0])).toEqual(Array.from({ length: 100 }, (_, i) => 101 + i))
    expect(world.stored()[DROPPED]).toBe(100)
  })

  test('tells how many it dropped when the server is there again, once', async () => {
    const world = browser()
    world.replies = [{ status: 503 }, OK]
    const { add, drain, said: sayings } = await load()
    for (let n = 1; n <= 103; n++) add(said(n))
    void drain()
    await settle()
    expect(sayings).toEqual([])
    await vi.advanceTimersByTimeAsync(5000)
    expect(world.queue()).toEqual([])
    expect(sayings).toEqual([['l', 3]])
    expect(world.stored()[DROPPED]).toBe(0)
  })

  test('stays below what requests may hold that outlive their page', async () => {
    const world = browser()
    const { add } = await load()
    for (let n = 1; n <= 12; n++) add([NOW, 'x'.repeat(6000), '', 1, ['e', n, 0]])
    expect(world.queue().join('\n').length).toBeLessThanOrEqual(60_000)
    expect(numbers(world.queue().at(-1)!)).toEqual([12])
  })

  test('is sent twenty at a time, one request after the other', async () => {
    const world = browser()
    const { add, drain } = await load()
    for (let n = 1; n <= 45; n++) add(said(n))
    void drain()
    void drain()
    expect(world.posts).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(10)
    expect(world.posts.map((post) => post.split('\n').length)).toEqual([20, 20, 5])
    expect(world.queue()).toEqual([])
  })

  test('keeps what was said while a request was under way', async () => {
    const world = browser()
    world.replies = [OK, 'unreachable']
    const { add, drain } = await load()
    add(said(1))
    void drain()
    add(said(2))
    await settle()
    expect(numbers(world.queue().join('\n'))).toEqual([2])
  })

  test.each([
    ['refused', { isStorageRefused: true }, {}],
    ['full', { isStorageFull: true }, {}],
    ['not wanted', {}, { storage: 'none' }],
  ] satisfies [string, Parameters<typeof browser>[0], Options][])(
    'lives in memory where storage is %s',
    async (...row) => {
      const [, ways, options] = row as [string, Parameters<typeof browser>[0], Options]
      const world = browser(ways)
      world.replies = [{ status: 503 }, OK]
      const { add, drain } = await load(options)
      if (options.storage) (await import('../../sdk/state')).forget()
      add(said(1))
      add(said(2))
      void drain()
      await vi.advanceTimersByTimeAsync(3000)
      expect(world.posts.map(numbers)).toEqual([
        [1, 2],
        [1, 2],
      ])
      expect(world.posts[1]).toBe(world.posts[0])
      await vi.advanceTimersByTimeAsync(HOUR)
      expect(world.posts).toHaveLength(2)
      expect(world.queue()).toEqual([])
      expect(world.stored()).toEqual([])
    },
  )

  test('loses nothing where two tabs write and send at once', async () => {
    const storage = {}
    const world = browser({ storage })
    const one = await load()
    const other = await load()
    for (let n = 1; n <= 20; n++) {
      one.add(said(n))
      void one.drain()
      other.add(said(100 + n))
      void other.drain()
      await vi.advanceTimersByTimeAsync(1)
    }
    await vi.advanceTimersByTimeAsync(HOUR)
    const arrived = new Set(world.posts.flatMap(numbers))
    expect(arrived.size).toBe(40)
    expect(world.queue()).toEqual([])
  })

  test('lets go of what was acknowledged, and of nothing that another tab added meanwhile', async () => {
    const world = browser()
    world.replies = [OK, 'unreachable']
    const one = await load()
    const other = await load()
    one.add(said(1))
    void one.drain()
    other.add(said(2))
    await settle()
    expect(world.queue().map((text) => numbers(text)[0])).toEqual([2])
  })
})

describe('what is not ours or cannot be sent', () => {
  test.each([
    ['of many lines', 'a\n'.repeat(30)],
    ['longer than a request', 'a'.repeat(70_000)],
    ['of any other kind', 'dark'],
  ])('lies beside the queue, takes nothing with it and stays: a text %s', async (_, text) => {
    const storage: Record<string, string> = { 'graupel settings': text }
    const world = browser({ storage })
    const { add, drain } = await load()
    for (const n of [1, 2, 3]) add(said(n))
    void drain()
    await vi.advanceTimersByTimeAsync(10)
    expect(world.posts.map(numbers)).toEqual([[1, 2, 3]])
    expect(storage['graupel settings']).toBe(text)
    expect(world.stored()[DROPPED]).toBe(0)
  })

  test('is an envelope longer than a request: it is dropped and counted, and what waits goes on waiting', async () => {
    const world = browser()
    const { add } = await load()
    for (const n of [1, 2]) add(said(n))
    add([NOW, 'x'.repeat(50_000), '', 1, ['e', 3, 0]])
    add(said(4))
    expect(world.queue().map((text) => numbers(text)[0])).toEqual([1, 2, 4])
    expect(world.stored()[DROPPED]).toBe(1)
  })
})

describe('full storage', () => {
  test('keeps nobody from sending what waits in it', async () => {
    const storage = {}
    const before = browser({ storage })
    before.replies = ['unreachable']
    ;(await load()).add(said(1))
    vi.setSystemTime(NOW + 100)
    const world = browser({ storage, isStorageFull: true })
    const { add, drain } = await load()
    add(said(2))
    void drain()
    await settle()
    expect(world.posts.map(numbers)).toEqual([[1, 2]])
  })
})

describe('a second host', () => {
  const also = { also: 'https://other.example' }

  test('is sent nothing while the first answers', async () => {
    const world = browser()
    const { add, drain } = await load(also)
    add(said(1))
    void drain()
    await settle()
    expect(world.hosts).toEqual(['count.example'])
  })

  test.each([['unreachable' as const], [{ status: 500 }], [{ status: 503 }]])(
    'takes the same bytes where the first says %o',
    async (reply) => {
      const world = browser()
      world.replies = [reply]
      const { add, drain } = await load(also)
      add(said(1))
      void drain()
      await settle()
      expect(world.hosts).toEqual(['count.example', 'other.example'])
      expect(world.posts[1]).toBe(world.posts[0])
      expect(world.queue()).toEqual([])
    },
  )

  test.each([[{ status: 429 }], [{ status: 404 }]])('is not asked where the first says %o', async (reply) => {
    const world = browser()
    world.replies = [reply]
    const { add, drain } = await load(also)
    add(said(1))
    void drain()
    await settle()
    expect(world.hosts).toEqual(['count.example'])
    expect(world.queue()).toHaveLength(1)
  })

  test('is asked after the first each time', async () => {
    const world = browser()
    world.replies = ['unreachable', OK]
    const { add, drain } = await load(also)
    for (const n of [1, 2]) {
      add(said(n))
      void drain()
      await settle()
    }
    expect(world.hosts).toEqual(['count.example', 'other.example', 'count.example'])
  })

  test('that is away too leaves the event in the queue', async () => {
    const world = browser()
    world.replies = ['unreachable', OK]
    world.others = ['unreachable']
    const { add, drain } = await load(also)
    add(said(1))
    void drain()
    await settle()
    expect(world.queue()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(3000)
    expect(world.queue()).toEqual([])
    expect(world.posts.at(-1)).toBe(world.posts[0])
  })
})

describe('a failed request', () => {
  test.each([
    [{ status: 503 }],
    [{ status: 429 }],
    [{ status: 500 }],
    [{ status: 404 }],
    // No Graupel says so: a worker that answers for a network that is away, a page shown in the place of all that is not there.
    [{ status: 200 }],
    ['unreachable' as const],
  ])('with %o is repeated byte for byte', async (reply) => {
    const world = browser()
    world.replies = [reply, OK]
    const { add, drain } = await load()
    add(said(1))
    void drain()
    await settle()
    expect(world.queue()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(3000)
    expect(world.posts).toHaveLength(2)
    expect(world.posts[1]).toBe(world.posts[0])
    expect(world.queue()).toEqual([])
  })

  test('is repeated ever more rarely, and not more often than every ten minutes in the end', async () => {
    const world = browser()
    world.replies = [{ status: 503 }]
    const { add, drain } = await load()
    add(said(1))
    void drain()
    await vi.advanceTimersByTimeAsync(60_000)
    const first = world.posts.length
    expect(first).toBeGreaterThan(3)
    expect(first).toBeLessThan(12)
    await vi.advanceTimersByTimeAsync(HOUR)
    const hour = world.posts.length
    await vi.advanceTimersByTimeAsync(HOUR)
    expect(world.posts.length - hour).toBe(6)
  })

  test('waits at different lengths in different browsers', async () => {
    const waits = new Set<number>()
    for (let visitor = 0; visitor < 8; visitor++) {
      const world = browser()
      world.replies = [{ status: 503 }, OK]
      const { add, drain } = await load()
      add(said(1))
      const start = Date.now()
      void drain()
      while (world.posts.length < 2) await vi.advanceTimersByTimeAsync(10)
      waits.add(Date.now() - start)
    }
    expect(waits.size).toBeGreaterThan(3)
  })

  test.each([429, 503])('with %d waits as long as Retry-After asks, whatever else is said', async (status) => {
    const world = browser()
    world.replies = [{ status, headers: { 'Retry-After': '120' } }, OK]
    const { add, drain } = await load()
    add(said(1))
    void drain()
    await vi.advanceTimersByTimeAsync(100_000)
    add(said(2))
    void drain()
    expect(world.posts).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(20_001)
    expect(world.posts).toHaveLength(2)
    expect(numbers(world.posts[1]!)).toEqual([1, 2])
  })

  test.each([['2592000'], ['99999999'], ['1e300']])(
    'is not repeated for days where Retry-After is %s, more than a timer can hold',
    async (seconds) => {
      const world = browser()
      world.replies = [{ status: 503, headers: { 'Retry-After': seconds } }]
      const { add, drain } = await load()
      add(said(1))
      void drain()
      await vi.advanceTimersByTimeAsync(DAY)
      expect(world.posts).toHaveLength(1)
    },
  )

  test('is not repeated at once where Retry-After is a date', async () => {
    const world = browser()
    world.replies = [{ status: 503, headers: { 'Retry-After': 'Wed, 21 Oct 2026 13:00:00 GMT' } }]
    const { add, drain } = await load()
    add(said(1))
    void drain()
    await vi.advanceTimersByTimeAsync(1000)
    expect(world.posts).toHaveLength(1)
  })

  test('is repeated at once when the network is back', async () => {
    const world = browser()
    world.replies = ['unreachable', OK]
    const { add, drain, retry } = await load()
    add(said(1))
    void drain()
    await settle()
    retry()
    await settle()
    expect(world.posts).toHaveLength(2)
    expect(world.queue()).toEqual([])
  })
})

describe('where fetch is forbidden', () => {
  test('a picture carries each envelope, and its load is the acknowledgement', async () => {
    const world = browser()
    world.replies = ['unreachable']
    world.doPicturesLoad = true
    const { add, drain } = await load()
    add(said(1))
    add(said(2))
    const [one, two] = world.queue()
    void drain()
    await vi.advanceTimersByTimeAsync(10)
    expect(world.pictures).toEqual([`${URL_OF_PIXELS}${one}.gif`, `${URL_OF_PIXELS}${two}.gif`])
    expect(world.queue()).toEqual([])
  })

  test('fetch is tried once only', async () => {
    const world = browser()
    world.replies = ['unreachable']
    world.doPicturesLoad = true
    const { add, drain } = await load()
    for (const n of [1, 2, 3]) {
      add(said(n))
      void drain()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(world.posts).toHaveLength(1)
    expect(world.pictures).toHaveLength(3)
  })

  test('what is too long for a picture waits for a page that may fetch, and holds up nothing', async () => {
    const storage = {}
    const before = browser({ storage })
    before.replies = ['unreachable']
    before.doPicturesLoad = true
    const first = await load()
    first.add([NOW, 'x'.repeat(3000), '', 1, ['e', 1, 0]])
    first.add(said(2))
    void first.drain()
    await vi.advanceTimersByTimeAsync(HOUR)
    expect(before.pictures.map((url) => numbers(url.slice(URL_OF_PIXELS.length, -4)))).toEqual([[2]])
    const world = browser({ storage })
    void (await load()).drain()
    await settle()
    expect(world.posts.map(numbers)).toEqual([[1]])
    expect(world.queue()).toEqual([])
  })

  test('a picture that does not load is no acknowledgement', async () => {
    const world = browser()
    world.replies = ['unreachable']
    const { add, drain } = await load()
    add(said(1))
    void drain()
    await settle()
    expect(world.pictures).toHaveLength(1)
    expect(world.queue()).toHaveLength(1)
  })
})

describe('a page that goes away', () => {
  test('sends its queue, and takes nothing for delivered', async () => {
    const world = browser()
    const { add, drain } = await load()
    add(said(1))
    add(said(2))
    void drain(true)
    expect(world.beacons.map(numbers)).toEqual([[1, 2]])
    expect(world.posts).toEqual([])
    expect(world.queue()).toHaveLength(2)
  })

  test.each<[string, Options, object]>([
    ['its host is no address', { host: 'count.example' }, {}],
    ['the browser has no beacons', {}, { sendBeacon: undefined }],
  ])('never hears of it where %s', async (_, options, world) => {
    browser()
    vi.stubGlobal('navigator', world)
    const { add, drain, retry } = await load(options)
    add(said(1))
    await drain(true)
    retry()
    await settle()
  })

  test('sends nothing where nothing waits', async () => {
    const world = browser()
    const { drain } = await load()
    void drain(true)
    expect(world.beacons).toEqual([])
  })
})

describe('a browser’s clock', () => {
  const dated = (ms: number): [{ status: number; headers: Record<string, string> }] => [
    { status: 204, headers: { Date: new Date(ms).toUTCString() } },
  ]

  test.each([
    ['nine minutes slow', 9 * 60_000, 0],
    ['eleven minutes slow', 11 * 60_000, 11 * 60_000],
    ['a day fast', -DAY, -DAY],
  ])('that is %s is corrected by %d ms', async (_, skew, correction) => {
    const world = browser()
    world.replies = dated(NOW + skew)
    const { add, drain } = await load()
    add(said(1))
    void drain()
    await settle()
    expect(world.stored()[CORRECTION]).toBe(correction)
  })

  test('that was set right is believed again', async () => {
    const world = browser({ storage: { graupel: JSON.stringify([DAY, 0, 0, []]) } })
    world.replies = dated(NOW)
    const { add, drain } = await load()
    add(said(1))
    void drain()
    await settle()
    expect(world.stored()[CORRECTION]).toBe(0)
  })

  test.each([
    ['twenty days slow', -20 * DAY],
    ['a day slow', -DAY],
    ['a day fast', DAY],
    ['twenty days fast', 20 * DAY],
    ['of 1970', -NOW],
    ['of 2099', 73 * 365 * DAY],
  ])('%s seals nothing that the server would refuse, and nothing twice', async (_, skew) => {
    const world = browser()
    vi.setSystemTime(NOW + skew)
    world.replies = dated(NOW + 5000)
    const { add, drain } = await load()
    const { now } = await import('../../sdk/state')
    for (const n of [1, 2]) {
      add(said(n, now()))
      void drain()
      await vi.advanceTimersByTimeAsync(10)
    }
    const times = world.posts.map((post) => opened(post)[0] as number)
    expect(times).toHaveLength(2)
    for (const ts of times) {
      // Not late by the hour that the script may lie in a cache, nor ahead by more than is counted at arrival.
      expect(ts).toBeGreaterThanOrEqual(WRITTEN)
      expect(ts).toBeLessThanOrEqual(WRITTEN + 8 * DAY)
    }
    expect(Math.abs(times[1]! - (NOW + 5000))).toBeLessThan(60_000)
    expect(world.queue()).toEqual([])
  })

  test('that goes right is left alone, however old the page', async () => {
    browser()
    await load()
    const { now } = await import('../../sdk/state')
    vi.setSystemTime(NOW + 7 * DAY)
    expect(now()).toBe(NOW + 7 * DAY)
  })

  test('is right for what waited in the queue for four days: that is late, and never sealed anew', async () => {
    const world = browser()
    world.replies = ['unreachable', ...dated(NOW + 4 * DAY)]
    const { add, drain } = await load()
    add(said(1, NOW))
    vi.setSystemTime(NOW + 4 * DAY)
    void drain()
    await vi.advanceTimersByTimeAsync(5000)
    expect(world.queue()).toEqual([])
    expect(new Set(world.posts).size).toBe(1)
    expect(world.stored()[CORRECTION]).toBe(0)
  })
})
