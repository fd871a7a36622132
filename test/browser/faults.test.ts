/** A real server, the script it serves, a real browser, and a network that fails: every view counts once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Weather } from '../faults/proxy'
import { openServer, type Server } from '../flow/server'
import { CHROME } from '../visitor'
import { launch, visitor } from './beacon-site'
import { openShop, OWN_PREFIXES, OWN_TAG, type Shop } from './shop'

const folder = mkdtempSync(join(tmpdir(), 'graupel-faults-'))
let browser: Browser
let server: Server
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), openServer({ dataFolder: folder })])
})
afterAll(async () => {
  await Promise.all([browser.close(), server.end()])
  rmSync(folder, { recursive: true, force: true })
})

const VIEWS = 12
const PACE_MS = 700
/** Long enough for what must not happen to have happened. */
const QUIET_MS = 500
/** Waits grow: what failed for seconds is brought some seconds later. */
const PATIENCE_MS = 45_000
const LONG_MS = 12_000
/** The script begins once the browser has nothing else to do. */
const BEGUN_MS = 2_000
const LOOK_MS = 100
const OUTAGE_MS = 5_500
const HOUR = 3_600_000
const DAY = 24 * HOUR

const path = (n: number) => `/page/${n}`
const eachOnce = (from: number, to: number) =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [path(from + i), 1]))

const step = (page: Page, n: number) => page.evaluate((to) => history.pushState(null, '', to), path(n))

/** Loads a page and waits for its view to go out; a visitor who opted out has none. */
async function arrive(page: Page, shop: Shop): Promise<void> {
  await page.goto(shop.pages + path(1))
  await until(() => shop.proxy.passages.length > 0, BEGUN_MS)
}

/** Twelve views of an application: it loads one page and routes to the others. What else happens begins once it is loaded. */
async function browse(page: Page, shop: Shop, pace = PACE_MS, meanwhile?: () => Promise<void>): Promise<void> {
  await arrive(page, shop)
  const happening = pause(pace).then(meanwhile)
  for (let n = 2; n <= VIEWS; n++) {
    await pause(pace)
    await step(page, n)
  }
  await happening
}

/** Looks until it is so, or until patience ends; whether it is so is for the caller to expect. */
async function until(isSo: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end && !(await isSo()); ) await pause(LOOK_MS)
}

const sum = (views: Record<string, number>) => Object.values(views).reduce((all, each) => all + each, 0)

/** Once all are there, no more come. */
async function expectCounted(shop: Shop, views: Record<string, number>): Promise<void> {
  await until(async () => sum(await shop.counted()) >= sum(views))
  await pause(QUIET_MS)
  expect(await shop.counted()).toEqual(views)
}

/** Most come through bad weather in time; where chance was against one again and again, its wait is cut short. */
async function calm(shop: Shop, pages: Page[], views: Record<string, number>): Promise<void> {
  await until(async () => sum(await shop.counted()) >= sum(views), LONG_MS)
  shop.proxy.weather = {}
  await Promise.all(pages.map((page) => page.evaluate(() => dispatchEvent(new Event('online')))))
  await expectCounted(shop, views)
}

interface Scene {
  shop: Shop
  context: BrowserContext
  page: Page
}

/** A shop and a visitor of its own, whose pages hear of nothing that goes wrong. */
async function scene(
  { settings, ...look }: Partial<Shop['page']> & { settings?: Record<string, unknown> },
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const shop = await openShop(server, settings)
  Object.assign(shop.page, look)
  const { context, page, errors } = await visitor(browser, { userAgent: CHROME })
  try {
    await play({ shop, context, page })
    expect(errors).toEqual([])
    expect(await context.cookies()).toEqual([])
  } finally {
    await context.close()
    await shop.close()
  }
}

describe.concurrent('of twelve views all count, and none twice', { timeout: 90_000 }, () => {
  test('where nothing fails', () =>
    scene({}, async ({ shop, page }) => {
      await browse(page, shop)
      await expectCounted(shop, eachOnce(1, VIEWS))
      expect(await page.evaluate(() => isSecureContext)).toBe(false)
    }))

  test('where the server says 503 for 5.5 s', () =>
    scene({}, async ({ shop, page }) => {
      await browse(page, shop, PACE_MS, () => shop.proxy.during(OUTAGE_MS, { busy: 1 }))
      await expectCounted(shop, eachOnce(1, VIEWS))
      expect(shop.proxy.counts().busy).toBeGreaterThan(0)
    }))

  test('where the network is dead for 5.5 s', () =>
    scene({}, async ({ shop, page }) => {
      const outage = async () => {
        await shop.proxy.leave()
        await pause(OUTAGE_MS)
        await shop.proxy.open()
      }
      let failed = 0
      page.on('requestfailed', () => (failed += 1))
      await browse(page, shop, PACE_MS, outage)
      await expectCounted(shop, eachOnce(1, VIEWS))
      expect(failed).toBeGreaterThan(0)
    }))

  test('where four of ten answers are lost', () =>
    scene({}, async ({ shop, page }) => {
      shop.proxy.weather = { lost: 0.4 }
      await browse(page, shop)
      let views = VIEWS
      // What waits goes together, and so few answers are lost sometimes: then the visitor looks on.
      while ((shop.proxy.counts().lost ?? 0) <= 2) {
        await page.goto(shop.pages + path(++views))
        await pause(PACE_MS)
      }
      await calm(shop, [page], eachOnce(1, views))
    }))

  test('where the server is down for the whole visit, and the visitor comes again', () =>
    scene({}, async ({ shop, context, page }) => {
      shop.proxy.weather = { dead: 1 }
      await browse(page, shop)
      await page.close({ runBeforeUnload: true })
      expect(await shop.counted()).toEqual({})
      shop.proxy.weather = {}
      const later = await context.newPage()
      await later.goto(shop.pages + path(VIEWS + 1))
      await expectCounted(shop, eachOnce(1, VIEWS + 1))
    }))

  test('where requests and answers are cut, and half of all fails', () =>
    scene({}, async ({ shop, page }) => {
      shop.proxy.weather = { cut: 0.2, torn: 0.2, busy: 0.1 }
      await browse(page, shop, 300)
      await calm(shop, [page], eachOnce(1, VIEWS))
    }))
})

describe.concurrent('a view counts once', { timeout: 90_000 }, () => {
  test.each<[string, Weather]>([
    ['on its way', { hung: 1 }],
    ['counted but not acknowledged', { lost: 1 }],
  ])('whose tab crashed while it was %s', (_, weather) =>
    scene({}, async ({ shop, context, page }) => {
      shop.proxy.weather = weather
      await page.goto(shop.pages + path(1))
      await until(() => shop.proxy.passages.length > 0)
      const crashed = page.waitForEvent('crash')
      const session = await context.newCDPSession(page)
      session.send('Page.crash').catch(() => undefined)
      await crashed
      shop.proxy.weather = {}
      const next = await context.newPage()
      await next.goto(shop.pages + path(2))
      await expectCounted(shop, eachOnce(1, 2))
    }),
  )

  test('that two tabs deliver from one queue at the same time', () =>
    scene({}, async ({ shop, context, page }) => {
      shop.proxy.weather = { busy: 1 }
      await browse(page, shop, 20)
      const other = await context.newPage()
      await other.goto(shop.pages + path(VIEWS + 1))
      await pause(QUIET_MS)
      const senders = new Set<Page>()
      for (const each of [page, other]) each.on('request', () => senders.add(each))
      shop.proxy.weather = { slow: 0.7, lost: 0.3 }
      await Promise.all([page, other].map((each) => each.evaluate(() => dispatchEvent(new Event('online')))))
      await calm(shop, [page, other], eachOnce(1, VIEWS + 1))
      expect(senders.size).toBe(2)
    }))

  const FULL = () => {
    for (let size = 1 << 20, n = 0; size >= 1; n++) {
      try {
        localStorage[`shop ${n}`] = 'x'.repeat(size)
      } catch {
        size >>= 1
      }
    }
  }
  const REFUSED = () =>
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('refused', 'SecurityError')
      },
    })
  test.each([
    ['full', FULL],
    ['refused', REFUSED],
  ])('of a visit whose storage is %s, though the server was away', (_, harm) =>
    scene({}, async ({ shop, page }) => {
      await page.addInitScript(harm)
      await browse(page, shop, 300, () => shop.proxy.during(2_500, { busy: 1 }))
      await expectCounted(shop, eachOnce(1, VIEWS))
      expect(shop.proxy.counts().busy).toBeGreaterThan(0)
      expect(
        await page.evaluate(() => 'graupel' in window && Object.hasOwn(localStorage, 'graupel')).catch(() => false),
      ).toBe(false)
    }),
  )
})

describe.concurrent('a clock', { timeout: 90_000 }, () => {
  /** How far off the first view may count, which goes out before anybody has told the browser the time. */
  test.each([
    ['a day fast', DAY, 0],
    ['a day slow', -DAY, -DAY],
    ['twenty days fast', 20 * DAY, 0],
    ['twenty days slow', -20 * DAY, 0],
  ])('that is %s counts all, once, and at most the first at another hour', (_, skew, first) =>
    scene({}, async ({ shop, page }) => {
      await page.addInitScript((ms) => {
        const honest = Date.now
        Date.now = () => honest() + ms
      }, skew)
      const began = Date.now()
      await browse(page, shop, 400)
      await expectCounted(shop, eachOnce(1, VIEWS))
      const early = (await shop.hours()).filter(([start]) => start < began - HOUR)
      expect(sum(Object.fromEntries(early))).toBeLessThanOrEqual(first ? 1 : 0)
      for (const [start] of early) expect(Math.abs(start + HOUR / 2 - (began + first))).toBeLessThanOrEqual(HOUR)
    }),
  )
})

describe.concurrent('a queue', { timeout: 90_000 }, () => {
  test('of two hundred views keeps the newest hundred, and brings each once', () =>
    scene({}, async ({ shop, page }) => {
      const [VISITED, KEPT] = [200, 100]
      shop.proxy.weather = { dead: 1 }
      await arrive(page, shop)
      await page.evaluate((most) => {
        for (let n = 2; n <= most; n++) history.pushState(null, '', `/page/${n}`)
      }, VISITED)
      await pause(QUIET_MS)
      shop.proxy.weather = {}
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await expectCounted(shop, eachOnce(VISITED - KEPT + 1, VISITED))
    }))

  test.each<[number, Weather]>([
    [429, { limited: 1, retryAfter: 4 }],
    [503, { busy: 1, retryAfter: 4 }],
  ])('waits for as long as a %i says, and sends nothing before', (_, weather) =>
    scene({}, async ({ shop, page }) => {
      shop.proxy.weather = weather
      await arrive(page, shop)
      shop.proxy.weather = {}
      for (let n = 2; n <= VIEWS; n++) await step(page, n)
      await expectCounted(shop, eachOnce(1, VIEWS))
      const [told, next] = shop.proxy.passages.map(({ at }) => at)
      expect(next! - told!).toBeGreaterThanOrEqual(4_000)
    }),
  )
})

describe.concurrent('a page with a policy', { timeout: 90_000 }, () => {
  test('of its own host alone counts under prefixes of its own', () => {
    const policy = "default-src 'none'; script-src 'self'; connect-src 'self'"
    return scene({ head: OWN_TAG, policy, settings: { prefixes: OWN_PREFIXES } }, async ({ shop, page }) => {
      await browse(page, shop, 100)
      await expectCounted(shop, eachOnce(1, VIEWS))
    })
  })

  test('that forbids to fetch from the server counts by pictures', () => {
    const policy = "default-src 'self'; script-src COUNT; connect-src 'self'; img-src COUNT"
    return scene({ policy }, async ({ shop, page }) => {
      const asked: string[] = []
      page.on('response', (response) => asked.push(`${response.request().method()} ${response.url()}`))
      shop.proxy.weather = { lost: 0.2 }
      await browse(page, shop, 100)
      await expectCounted(shop, eachOnce(1, VIEWS))
      const sent = asked.filter((line) => line.includes('/p/'))
      // An answer that was lost on its way is none to the page, so it is asked who hands them on.
      expect(shop.proxy.passages.length).toBeGreaterThanOrEqual(VIEWS)
      expect(sent.length).toBeGreaterThan(0)
      expect(sent.filter((line) => !/^GET .*\.gif$/.test(line))).toEqual([])
    })
  })
})

describe.concurrent('a visitor', { timeout: 90_000 }, () => {
  test.each([
    ['Global Privacy Control', () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })],
    ['Do Not Track', () => Object.defineProperty(navigator, 'doNotTrack', { value: '1' })],
  ])('with %s sends nothing, and keeps nothing', (_, optOut) =>
    scene({}, async ({ shop, page }) => {
      await page.addInitScript(optOut)
      await browse(page, shop, 50)
      await page.evaluate(() => window.graupel?.count?.('x'))
      await page.goto(shop.pages + path(1))
      await pause(QUIET_MS)
      expect(shop.proxy.passages).toEqual([])
      expect(await shop.counted()).toEqual({})
      expect(await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])).toEqual([[], []])
    }),
  )

  test('gets no cookie and no id, and keeps what is documented alone', () =>
    scene({}, async ({ shop, page }) => {
      const answers: Record<string, string>[] = []
      page.on('response', async (response) => {
        if (response.url().includes('/p/')) answers.push(await response.allHeaders())
      })
      await browse(page, shop, 50)
      await expectCounted(shop, eachOnce(1, VIEWS))
      expect(answers.length).toBeGreaterThan(0)
      for (const headers of answers) {
        for (const name of ['set-cookie', 'etag', 'last-modified']) expect(headers).not.toHaveProperty(name)
      }
      expect(await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])).toEqual([
        ['graupel'],
        [],
      ])
      expect(
        await page
          .evaluate(async () => (await indexedDB.databases()).length + ((await caches?.keys?.()) ?? []).length)
          .catch(() => 0),
      ).toBe(0)
    }))
})
