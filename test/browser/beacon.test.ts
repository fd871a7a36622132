import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { epochOf, read, weekOf } from '../../sdk/wire/envelope'
import { FLAG } from '../../sdk/wire/event'
import { launch, serve, type Site, tag, visitor } from './beacon-site'

let browser: Browser
let site: Site
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())
beforeEach(async () => {
  site = await serve(inject('built'))
})
afterEach(() => site.close())

const FIRST = FLAG.session | FLAG.ever | FLAG.day | FLAG.week | FLAG.month | FLAG.quarter | FLAG.year
/** Long enough for what must not happen to have happened. */
const QUIET = 400
const requests = (count: number) => expect.poll(() => site.arrived.length, { timeout: 5000 }).toBe(count)
const said = (saying: unknown[]) => expect.poll(() => site.sayings(), { timeout: 5000 }).toContainEqual(saying)

/** The page has heard the answers: one that it hears a day later would set its clock back by that day. */
const heard = (page: Page) =>
  expect
    .poll(() => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('graupel '))))
    .toEqual([])

describe('a view', () => {
  test.each([
    ['without a secure context, in BigInt', 'shop.example', ''],
    ['in a secure context, by the browser’s own X25519', 'localhost', 'data-local'],
  ])('is one sealed request, %s', async (_, host, attributes) => {
    site.page.head = tag(attributes)
    const { context, page, errors } = await visitor(browser)
    await page.goto(`http://${host}:${site.port}/catalogue?secret=1`)
    await requests(1)
    await page.waitForTimeout(QUIET)
    expect(site.arrived).toHaveLength(1)
    const [{ method, url, body, headers, plaintexts }] = site.arrived as [Site['arrived'][0]]
    expect([method, body]).toEqual(['GET', ''])
    expect(url).toMatch(/^\/p\/[\w-]+$/)
    expect(url.length).toBeLessThanOrEqual(260)
    expect(plaintexts[0]).toMatchObject({
      page: `${host}:${site.port}/catalogue`,
      referrer: '',
      width: 1280,
      sayings: [['p', FIRST, 0, '', '/catalogue']],
    })
    expect(Math.abs(plaintexts[0]!.ts - Date.now())).toBeLessThan(5000)
    expect(headers.cookie).toBeUndefined()
    // It would name the page that the envelope hides.
    expect(headers.referer).toBeUndefined()
    expect(await context.cookies()).toEqual([])
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['graupel'])
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([])
    expect(errors).toEqual([])
  })

  test('says of a visitor what it says of any other: there is no id in what is sealed', async () => {
    site.page.body = '<a href="/list.pdf">list</a>'
    /** Each saying with the page that it was said on, as it was sealed, but for times. */
    const told = () => {
      const texts = site.arrived.flatMap((each) => each.texts.map((text) => JSON.parse(text) as unknown[]))
      const sayings = texts.flatMap(([, page, from, width, ...said]) =>
        said.map((saying) => JSON.stringify([page, from, width, saying]).replace(/(\["p",\d+,)\d+/, '$10')),
      )
      return [...new Set(sayings.filter((saying) => !saying.includes('["e",')))].toSorted()
    }
    const visit = async () => {
      site.arrived.length = 0
      const { context, page } = await visitor(browser)
      for (const [path, sayings] of [
        ['/one', 3],
        ['/two', 6],
      ] as const) {
        await page.goto(site.shop + path)
        await page.evaluate(() => window.graupel?.count?.({ plan: 'pro' }, { seats: 5 }, 'signup'))
        await page.click('a', { modifiers: ['Control'] })
        await expect.poll(() => told().length, { timeout: 5000 }).toBe(sayings)
      }
      await context.close()
      return told()
    }
    const [one, other] = [await visit(), await visit()]
    expect(other).toEqual(one)
  })

  test('on a second page tells its age, the page before and the entry', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/one?utm_source=letter&gclid=person`)
    await requests(1)
    await page.waitForTimeout(1100)
    await page.goto(`${site.shop}/two`)
    await expect.poll(() => site.arrived.flatMap(({ plaintexts }) => plaintexts).length).toBeGreaterThanOrEqual(3)
    const view = site.arrived.flatMap(({ plaintexts }) => plaintexts).at(-1)!
    expect(view.sayings).toEqual([['p', FLAG.second, expect.any(Number), '/one', '/one']])
    expect((view.sayings[0] as unknown as number[])[2]).toBeGreaterThanOrEqual(1)
    expect(view.referrer).toBe('?utm_source=letter&gclid')
  })

  test('names the site that a visitor came from, on every envelope of the session', async () => {
    const { page } = await visitor(browser)
    await page.goto(`http://news.example:${site.port}/item`)
    await requests(1)
    site.arrived.length = 0
    site.page.head = `<meta name="referrer" content="unsafe-url">${tag()}`
    site.page.body = '<a href="/two">two</a>'
    await page.goto(`${site.shop}/one`, { referer: `http://news.example:${site.port}/item?id=1` })
    await requests(1)
    await page.click('a')
    await expect.poll(() => site.sayings().filter(([code]) => code === 'p').length).toBe(2)
    const referrers = site.arrived.flatMap(({ plaintexts }) => plaintexts.map(({ referrer }) => referrer))
    expect(new Set(referrers)).toEqual(new Set([`news.example:${site.port}/item`]))
  })

  test('is counted again when the back/forward cache shows the page', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/one`)
    await requests(1)
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await requests(2)
    const keys = site.arrived.map(({ envelopes }) => envelopes[0]!.slice(10, 50))
    expect(keys[0]).not.toBe(keys[1])
  })

  test('of a prerendered page waits until somebody sees it', async () => {
    const { page } = await visitor(browser)
    await page.addInitScript(() => Object.defineProperty(document, 'prerendering', { value: true, configurable: true }))
    await page.goto(`${site.shop}/one`)
    await page.evaluate(() => window.graupel?.count?.('early'))
    await page.waitForTimeout(QUIET)
    expect(site.arrived).toEqual([])
    // As the browser does it: the page begins to be shown.
    await page.evaluate(() => {
      Object.defineProperty(document, 'prerendering', { value: false })
      document.dispatchEvent(new Event('prerenderingchange'))
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    })
    await requests(1)
    expect(site.sayings().map(([code]) => code)).toEqual(['c', 'p'])
  })

  test('asks for the site’s key again when the site’s day is over, once', async () => {
    const { page } = await visitor(browser)
    await page.clock.install()
    await page.goto(`${site.shop}/one`)
    await page.clock.runFor(1000)
    await requests(1)
    await heard(page)
    await page.clock.fastForward(25 * 3_600_000)
    site.now = () => Date.now() + 25 * 3_600_000
    for (const [path, views] of [
      ['/two', 2],
      ['/three', 3],
    ] as const) {
      await page.evaluate((path) => history.pushState(null, '', path), path)
      await expect.poll(() => site.sayings().filter(([code]) => code === 'p').length).toBe(views)
      await heard(page)
    }
    expect([site.scripts, site.configs]).toEqual([1, 1])
  })
})

describe('a single-page application', () => {
  const views = () =>
    site.arrived
      .flatMap(({ plaintexts }) => plaintexts)
      .filter(({ sayings }) => sayings[0]?.[0] === 'p')
      .map(({ page }) => page.replace(/^[^/]*/, ''))

  test('has a view for each page it shows, each one request', async () => {
    const { page, errors } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.evaluate(() => history.pushState({}, '', '/a'))
    await requests(2)
    await page.evaluate(() => history.replaceState({}, '', '/b'))
    await requests(3)
    await page.evaluate(() => history.pushState({}, '', '/c'))
    await requests(4)
    await page.evaluate(() => history.back())
    await requests(5)
    expect(views()).toEqual(['/', '/a', '/b', '/c', '/b'])
    expect(errors).toEqual([])
  })

  test('has none where the page stays the same', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/a`)
    await requests(1)
    await page.evaluate(() => {
      history.pushState({}, '', '/a?filter=red')
      history.replaceState({ scroll: 7 }, '')
      location.hash = '#there'
    })
    await page.waitForTimeout(QUIET)
    expect(views()).toEqual(['/a'])
  })

  test('may route by the fragment, and by a part of the query', async () => {
    site.page.head = tag('data-hash data-query="id"')
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/app/`)
    await requests(1)
    await page.evaluate(() => {
      location.hash = '#/cart'
    })
    await requests(2)
    await page.evaluate(() => history.pushState({}, '', '/app/?id=7&token=x#/cart'))
    await requests(3)
    expect(views()).toEqual(['/app/', '/app/cart', '/app/cart?id=7'])
  })
})

describe('a click', () => {
  interface Click {
    button?: 'middle'
    modifiers?: 'Control'[]
    /** On a word inside the link. */
    word?: boolean
  }

  test.each<[string, string, Click, string, string]>([
    ['on a file', '/price-list.PDF?v=1', {}, 'd', '/price-list.PDF'],
    ['on a file, with the middle button', '/list.zip', { button: 'middle' }, 'd', '/list.zip'],
    ['on a file, with a modifier', '/list.mp3', { modifiers: ['Control'] }, 'd', '/list.mp3'],
    ['on a word inside a link to a file', '/list.docx', { word: true }, 'd', '/list.docx'],
  ])('%s is a download', async (_, href, { word, ...how }: Click, code, path) => {
    site.page.body = `<a href="${href}"><b>the <i>list</i></b></a>`
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.click(word ? 'i' : 'a', how)
    await said([code, `shop.example:${site.port}${path}`])
  })

  test('on a link to another site is told, without its query', async () => {
    site.page.body = `<a href="http://other.example:${site.port}/there?token=1#x">there</a>`
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.click('a')
    await said(['o', `other.example:${site.port}/there`])
  })

  test('on a file counts by the page’s own list, where it has one', async () => {
    site.page.head = tag('data-downloads="stl, 3mf"')
    site.page.body = '<a id="one" href="#x.pdf">pdf</a><a id="two" href="/part.3mf">part</a>'
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.click('#one')
    await page.click('#two', { modifiers: ['Control'] })
    await said(['d', `shop.example:${site.port}/part.3mf`])
    expect(site.sayings().filter(([code]) => code === 'd')).toHaveLength(1)
  })

  test.each([
    ['a link within the site', '<a href="#there">there</a>'],
    ['a button', '<a>no address</a>'],
    ['a mail address', '<a href="mailto:me@other.example">write</a>'],
  ])('on %s tells nothing', async (_, body) => {
    site.page.body = body
    const { page, errors } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.click('a')
    await page.click('a', { button: 'right' })
    await page.waitForTimeout(QUIET)
    expect(site.arrived).toHaveLength(1)
    expect(errors).toEqual([])
  })
})

describe('leaving', () => {
  test('tells the seconds and the depth of a visible page, after the tab is closed', async () => {
    site.page.body = '<div style="height:5000px"></div>'
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/long`)
    await requests(1)
    await page.evaluate(() => scrollTo(0, 2000))
    await page.waitForTimeout(1500)
    await page.close({ runBeforeUnload: true })
    await expect.poll(() => site.sayings().at(-1)?.[0], { timeout: 5000 }).toBe('e')
    const [, seconds, depth] = site.sayings().at(-1)!
    expect(seconds).toBeGreaterThanOrEqual(1)
    expect(depth).toBeGreaterThan(45)
    expect(depth).toBeLessThan(65)
  })

  test('is one request', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.waitForTimeout(1100)
    await page.close({ runBeforeUnload: true })
    await requests(2)
    await new Promise((resolve) => setTimeout(resolve, QUIET))
    expect(site.arrived).toHaveLength(2)
    expect(site.sayings()).toHaveLength(2)
  })

  test('a page of an application tells the time on it, in the request of the next view', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/one`)
    await requests(1)
    await page.waitForTimeout(1100)
    await page.evaluate(() => history.pushState({}, '', '/two'))
    await requests(2)
    const [leave, view] = site.arrived[1]!.plaintexts
    expect(leave).toMatchObject({ page: expect.stringMatching('/one$'), sayings: [['e', 1, 100]] })
    expect(view).toMatchObject({
      page: expect.stringMatching('/two$'),
      sayings: [['p', FLAG.second, 1, '/one', '/one']],
    })
  })
})

describe('delivery', () => {
  test('repeats a request byte for byte after a 503', async () => {
    site.statuses = [503]
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(2)
    expect(site.arrived[1]!.body).toBe(site.arrived[0]!.body)
    await page.waitForTimeout(QUIET)
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['graupel'])
  })

  test('brings on the next visit what a whole visit could not', async () => {
    site.statuses = new Array(20).fill(503)
    const { page } = await visitor(browser)
    for (const path of ['/one', '/two', '/three']) {
      await page.goto(site.shop + path)
      await expect.poll(() => site.arrived.at(-1)?.plaintexts.at(-1)?.page).toBe(`shop.example:${site.port}${path}`)
    }
    site.statuses = []
    site.arrived.length = 0
    await page.goto(`${site.shop}/four`)
    const views = () => {
      const all = site.arrived.flatMap(({ plaintexts }) => plaintexts).filter(({ sayings }) => sayings[0]![0] === 'p')
      return new Set(all.map(({ page }) => page.replace(/.*\//, '')))
    }
    await expect.poll(views).toEqual(new Set(['one', 'two', 'three', 'four']))
  })

  test('begins before the browser is idle where the page goes away before that', async () => {
    site.page.head = `<script>window.requestIdleCallback = () => 0</script>${tag()}`
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/short`)
    expect(site.arrived).toEqual([])
    site.page.head = ''
    await page.goto(`http://other.example:${site.port}/elsewhere`)
    await said(['p', FIRST, 0, '', '/short'])
    // Both its leaving and its first view may send it: the same bytes, which count once.
    expect(new Set(site.arrived.flatMap(({ envelopes }) => envelopes)).size).toBe(1)
  })

  test('of a tab that was killed in the middle of it is done by the next page', async () => {
    const { context, page } = await visitor(browser)
    // Nothing answers, so that the request is under way when the tab goes.
    await page.route('**/p/**', () => {})
    await page.goto(`${site.shop}/killed`)
    await expect.poll(() => page.evaluate(() => Object.keys(localStorage).length)).toBe(2)
    const session = await context.newCDPSession(page)
    const crashed = page.waitForEvent('crash')
    void session.send('Page.crash').catch(() => {})
    await crashed
    expect(site.arrived).toEqual([])
    const next = await context.newPage()
    await next.goto(`${site.shop}/next`)
    await requests(1)
    expect(site.arrived[0]!.plaintexts.map(({ page }) => page.replace(/^[^/]*/, ''))).toEqual(['/killed', '/next'])
    await expect.poll(() => next.evaluate(() => Object.keys(localStorage))).toEqual(['graupel'])
  })

  test('by two tabs at once loses nothing of either', async () => {
    const { context, page } = await visitor(browser)
    const other = await context.newPage()
    site.statuses = Array.from({ length: 12 }, (_, i) => (i % 2 ? 204 : 503))
    await Promise.all([page.goto(`${site.shop}/one`), other.goto(`${site.shop}/two`)])
    const speak = (tab: string) => async () => {
      for (let n = 0; n < 40; n++) {
        window.graupel!.count!(`${tab} ${n}`)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 8))
      }
    }
    await Promise.all([page, other].map((each, i) => each.evaluate(`(${speak.toString()})('${i}')()`)))
    const distinct = () => {
      const byText = new Map(
        site.arrived.flatMap(({ envelopes, plaintexts }) => envelopes.map((text, i) => [text, plaintexts[i]!])),
      )
      return [...byText.values()].flatMap(({ sayings }) =>
        sayings.filter(([code]) => code === 'c').map(([, name]) => name),
      )
    }
    await expect.poll(() => new Set(distinct()).size, { timeout: 20_000 }).toBe(80)
    expect(distinct()).toHaveLength(80)
    await expect.poll(() => page.evaluate(() => Object.keys(localStorage)), { timeout: 10_000 }).toEqual(['graupel'])
  })

  test('turns to a second host while the first cannot be reached, and back', async () => {
    const other = await serve(inject('built'))
    site.page.head = tag(`data-also="http://also.example:${other.port}"`)
    const { page, errors } = await visitor(browser)
    const arrived: string[] = []
    await page.route('http://also.example:*/p/**', (route) => {
      arrived.push(new URL(route.request().url()).pathname)
      return route.fulfill({ status: 204, headers: { 'Access-Control-Allow-Origin': '*' } })
    })
    site.statuses = [503]
    await page.goto(`${site.shop}/one`)
    await expect.poll(() => arrived.length).toBe(1)
    expect(arrived[0]).toBe(site.arrived[0]!.url)
    await page.evaluate(() => history.pushState({}, '', '/two'))
    await requests(2)
    await page.waitForTimeout(QUIET)
    expect(arrived).toHaveLength(1)
    expect(errors).toEqual([])
    other.close()
  })

  test('goes by pictures where the page’s policy forbids fetch', async () => {
    site.page.policy = "default-src 'self'; script-src COUNT; connect-src 'none'; img-src COUNT"
    site.page.head = tag()
    const { page, errors } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    expect(site.arrived[0]).toMatchObject({ method: 'GET', body: '' })
    expect(site.arrived[0]!.url).toMatch(/^\/p\/[\w-]+\.gif$/)
    expect(site.arrived[0]!.url.length).toBeLessThanOrEqual(270)
    expect(site.sayings()).toEqual([['p', FIRST, 0, '', '/']])
    await page.waitForTimeout(QUIET)
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['graupel'])
    expect(errors).toEqual([])
  })

  test('works without storage, and then claims no more than it knows', async () => {
    const { page, errors } = await visitor(browser)
    await page.addInitScript(() =>
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('refused', 'SecurityError')
        },
      }),
    )
    await page.goto(`${site.shop}/one`, { referer: `http://news.example:${site.port}/item` })
    await requests(1)
    await page.evaluate(() => history.pushState({}, '', '/two'))
    await requests(2)
    expect(site.sayings()).toEqual([
      ['p', 1],
      ['p', 0],
    ])
    expect(errors).toEqual([])
  })
})

describe('a tab that is open for long', () => {
  const HOUR = 3_600_000
  const DAY = 24 * HOUR

  /** What the server does: the week of the key is this one, the last or the next, and the time is not too old nor ahead. */
  const opens = (at: number) =>
    site.arrived
      .flatMap(({ envelopes, plaintexts }) => envelopes.map((text, i) => ({ text, ts: plaintexts[i]!.ts })))
      .filter(({ text, ts }) => {
        const epoch = read(text)!.epoch
        return Math.abs(weekOf(epoch) - weekOf(epochOf(at))) <= 1 && Math.abs(at - ts) < HOUR
      })

  test('seals for fifteen days what the server opens, whenever it says something', async () => {
    const start = Date.now()
    const { page, errors } = await visitor(browser)
    await page.clock.install({ time: start })
    await page.goto(`${site.shop}/one`)
    await page.clock.runFor(1000)
    await requests(1)
    await heard(page)
    for (let day = 1; day <= 15; day++) {
      site.now = () => start + day * DAY
      site.arrived.length = 0
      // A laptop that slept, or a tab that was frozen: timers ring late and once.
      await page.clock.fastForward(DAY)
      await page.evaluate((path) => history.pushState(null, '', path), `/day/${day}`)
      await expect.poll(() => site.sayings().some(([code]) => code === 'p')).toBe(true)
      await page.clock.runFor(100)
      await heard(page)
      const envelopes = site.arrived.flatMap(({ envelopes }) => envelopes)
      expect(opens(start + day * DAY).length).toBe(envelopes.length)
    }
    // A request a day for the key, and no more scripts.
    expect(site.scripts).toBe(1)
    expect(site.configs).toBeGreaterThanOrEqual(14)
    expect(site.configs).toBeLessThanOrEqual(16)
    expect(errors).toEqual([])
  })

  test('and silent all the while, seals its last word with a key that opens', async () => {
    const start = Date.now()
    const { page } = await visitor(browser)
    await page.clock.install({ time: start })
    await page.goto(`${site.shop}/one`)
    await page.clock.runFor(1000)
    await requests(1)
    await heard(page)
    for (let day = 1; day <= 15; day++) {
      site.now = () => start + day * DAY
      await page.clock.fastForward(DAY)
      await expect.poll(() => site.configs).toBe(day)
    }
    site.arrived.length = 0
    await page.evaluate(() => dispatchEvent(new Event('pagehide')))
    await requests(1)
    expect(site.sayings().map(([code]) => code)).toEqual(['e'])
    expect(opens(start + 15 * DAY)).toHaveLength(1)
  })

  test('loses nothing where its key cannot be asked for', async () => {
    const start = Date.now()
    const { page } = await visitor(browser)
    await page.clock.install({ time: start })
    await page.goto(`${site.shop}/one`)
    await page.clock.runFor(1000)
    await requests(1)
    await page.route('**/b/*.json', (route) => route.abort())
    site.now = () => start + DAY
    await page.clock.fastForward(DAY)
    await page.evaluate(() => history.pushState(null, '', '/two'))
    await expect.poll(() => site.sayings().filter(([code]) => code === 'p').length).toBe(2)
    const keys = new Set(site.arrived.flatMap(({ envelopes }) => envelopes.map((text) => text.slice(10, 50))))
    // What is said while the new pair is being made may have one of its own.
    expect([2, 3]).toContain(keys.size)
  })

  test('or was opened anew with an old script, as browsers restore tabs, seals what the server opens', async () => {
    const start = Date.now()
    const { page, errors } = await visitor(browser)
    site.now = () => (site.configs ? Date.now() : start - 20 * DAY)
    await page.goto(`${site.shop}/one`)
    await requests(1)
    expect(opens(start)).toHaveLength(1)
    await page.evaluate(() => history.pushState(null, '', '/two'))
    await requests(2)
    expect(opens(start)).toHaveLength(2)
    expect(site.scripts).toBe(1)
    expect(errors).toEqual([])
  })

  test('takes a new key pair after 150 envelopes', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.evaluate(async () => {
      for (let n = 0; n < 160; n++) {
        window.graupel!.count!('thing')
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    })
    await expect.poll(() => site.sayings().length).toBe(161)
    const sealed = site.arrived.flatMap(({ envelopes }) => envelopes.map((text) => read(text)!))
    const seqs = sealed.map((envelope) => (envelope as { seq: number }).seq)
    expect(Math.max(...seqs)).toBe(150)
    expect(new Set(site.arrived.flatMap(({ envelopes }) => envelopes)).size).toBe(161)
  })
})

describe('what a browser keeps', () => {
  test('is named in the README, waits sealed, and is gone when it arrived', async () => {
    site.statuses = [503, 503]
    const { context, page } = await visitor(browser)
    await page.goto(`${site.shop}/one?utm_source=letter`, { referer: 'http://news.example/item' })
    await requests(1)
    await page.evaluate(() => window.graupel?.count?.({ plan: 'pro' }))
    const names = () => page.evaluate(() => Object.keys(localStorage).sort())
    await expect.poll(names).toEqual(['graupel', expect.stringMatching(/^graupel \d+\.\d+/), expect.any(String)])
    for (const name of (await names()).slice(1)) {
      expect(await page.evaluate((name) => localStorage[name], name)).toMatch(/^[\w-]{200,}$/)
    }
    await expect.poll(names, { timeout: 10_000 }).toEqual(['graupel'])
    const state = JSON.parse(await page.evaluate(() => localStorage['graupel']))
    expect(state).toEqual([
      0,
      0,
      expect.any(Number),
      expect.any(Array),
      expect.any(Number),
      1,
      '/one',
      '/one',
      'news.example/item?utm_source=letter',
    ])
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([])
    expect(await context.cookies()).toEqual([])
  })

  test('names nobody in what leaves it: two visitors say the same', async () => {
    const said: unknown[] = []
    for (let n = 0; n < 2; n++) {
      site.arrived.length = 0
      const { page, context } = await visitor(browser)
      await page.goto(`${site.shop}/one`)
      await requests(1)
      await page.evaluate(() => window.graupel?.count?.('x', { n: 1 }, 'y'))
      await requests(2)
      said.push(site.arrived.flatMap(({ plaintexts }) => plaintexts.map(({ ts: _, ...rest }) => rest)))
      await context.close()
    }
    expect(said[0]).toEqual(said[1])
  })
})

describe('an opt-out', () => {
  const gpc = () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })
  const dnt = () => Object.defineProperty(navigator, 'doNotTrack', { value: '1' })
  const webdriver = () => Object.defineProperty(navigator, 'webdriver', { value: true })
  const off = () => {
    localStorage['graupel-off'] = 1
  }

  test.each([
    ['Global Privacy Control', gpc, ''],
    ['Global Privacy Control, where only the other is ignored', gpc, 'data-ignore="dnt"'],
    ['Do Not Track', dnt, ''],
    ['automation', webdriver, ''],
    ['the visitor’s own switch', off, ''],
    ['the visitor’s own switch, whatever the page says', off, 'data-ignore="gpc dnt" data-local data-automation'],
  ])('by %s is obeyed: nothing is sent and nothing kept', async (_, optOut, attributes) => {
    site.page.head = tag(attributes)
    site.page.body = '<a href="/x.pdf">x</a>'
    const { page, errors } = await visitor(browser)
    await page.addInitScript(optOut)
    await page.goto(`${site.shop}/`)
    await page.evaluate(() => window.graupel?.count?.('x'))
    await page.click('a', { modifiers: ['Control'] })
    await page.waitForTimeout(QUIET)
    expect(site.arrived).toEqual([])
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key !== 'graupel-off'))).toEqual([])
    expect(errors).toEqual([])
  })

  test.each([
    ['Global Privacy Control', gpc, 'data-ignore="gpc"'],
    ['Do Not Track', dnt, 'data-ignore="gpc dnt"'],
    ['automation', webdriver, 'data-automation'],
  ])('by %s can be overruled by the page', async (_, optOut, attributes) => {
    site.page.head = tag(attributes)
    const { page } = await visitor(browser)
    await page.addInitScript(optOut)
    await page.goto(`${site.shop}/`)
    await requests(1)
  })

  test.each([
    [1, dnt],
    [2, gpc],
    [0, gpc],
  ])('that the site does not respect (%d) is not looked at', async (respect, optOut) => {
    site.close()
    site = await serve(inject('built'), respect)
    const { page } = await visitor(browser)
    await page.addInitScript(optOut)
    await page.goto(`${site.shop}/`)
    await requests(1)
  })

  test.each(['localhost', '127.0.0.1', 'file:'])('of %s tells in one line how to count anyway', async (host) => {
    const { page, lines, errors } = await visitor(browser)
    if (host === 'file:')
      await page.setContent('') // about:blank has no host either, as a file has none.
    else await page.goto(`http://${host}:${site.port}/`)
    if (host === 'file:') await page.addScriptTag({ url: `${site.count}/b/1.js` })
    await page.waitForTimeout(QUIET)
    expect(site.arrived).toEqual([])
    expect(lines).toEqual(['graupel: add data-local to count on localhost'])
    expect(errors).toEqual([])
  })
})

describe('graupel.count', () => {
  test('says what a page counts, with the next envelope', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.evaluate(() => window.graupel?.count?.({ colour: { red: 'dark' } }, { pieces: 2.5 }, 'cart.add'))
    await requests(2)
    expect(site.sayings().at(-1)).toEqual(['c', { colour: { red: 'dark' } }, { pieces: 2.5 }, 'cart.add'])
    expect(site.arrived[1]!.plaintexts[0]!.page).toBe(`shop.example:${site.port}/`)
  })

  test('takes dimensions alone', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await page.evaluate(() => window.graupel?.count?.('signup'))
    await said(['c', 'signup', {}, '_'])
  })

  test('may be called before the script is there', async () => {
    site.page.head = `<script>window.graupel = { q: [['early', { n: 1 }]] }</script>${tag()}`
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await said(['c', 'early', { n: 1 }, '_'])
    expect(site.arrived).toHaveLength(1)
  })

  test('of a hundred things at once is a few envelopes in one request', async () => {
    const { page } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await requests(1)
    await page.evaluate(() => {
      for (let n = 0; n < 100; n++) window.graupel?.count?.('thing', { n })
    })
    await requests(2)
    expect(site.arrived[1]!.envelopes).toHaveLength(5)
    expect(site.sayings()).toHaveLength(101)
  })

  test('never throws, and what cannot be counted takes nothing else with it', async () => {
    const { page, errors } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await page.evaluate(() => {
      const circle: Record<string, unknown> = {}
      circle['circle'] = circle
      const count = window.graupel!.count as (...items: unknown[]) => void
      count(circle)
      count('x', { n: Number.NaN })
      count('x', { n: '5' })
      count('x', 7n)
      count(1n)
      count()
      count('good')
    })
    await said(['c', 'good', {}, '_'])
    expect(site.sayings().filter(([code]) => code === 'p')).toHaveLength(1)
    expect(errors).toEqual([])
  })
})

describe('the npm door', () => {
  test('starts with the site’s key from the server, and counts what was said before', async () => {
    site.page.head = `<script type="module">
      import { count, start } from '/door.js'
      count('early')
      start({ host: 'COUNT', site: 1, hash: true })
      start({ host: 'COUNT', site: 1 })
    </script>`
    const { page, errors } = await visitor(browser)
    await page.goto(`${site.shop}/#/there`)
    await requests(1)
    expect(site.sayings()).toEqual([
      ['c', 'early', {}, '_'],
      ['p', FIRST, 0, '', '/there'],
    ])
    expect([site.scripts, site.configs]).toEqual([0, 1])
    expect(errors).toEqual([])
  })
})

test('the npm door may be tried again where the server was just starting', async () => {
  site.page.head = `<script type="module">
    import { count, start } from '/door.js'
    count('early')
    await start({ host: 'COUNT', site: 1 })
    await start({ host: 'COUNT', site: 1 })
  </script>`
  const { page, errors } = await visitor(browser)
  const headers = { 'Access-Control-Allow-Origin': '*' }
  const busy = { status: 503, headers, json: { title: 'Try again later', status: 503 } }
  await page.route('**/b/*.json', (route) => route.fulfill(busy), { times: 1 })
  await page.goto(`${site.shop}/`)
  await requests(1)
  expect(site.sayings().map(([code]) => code)).toEqual(['c', 'p'])
  expect(errors).toEqual([])
})

describe('a script tag that names no address', () => {
  test('never disturbs its page, though nothing can be sent', async () => {
    site.page.head = tag('data-host="count.example"')
    const { page, errors } = await visitor(browser)
    await page.goto(`${site.shop}/`)
    await page.waitForTimeout(QUIET)
    await page.evaluate(() => {
      for (const value of [true, false]) {
        Object.defineProperty(document, 'hidden', { configurable: true, value })
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      }
      dispatchEvent(new Event('online'))
    })
    await page.waitForTimeout(QUIET)
    expect(errors).toEqual([])
  })
})

describe('a hostile page', () => {
  test.each([
    ['without crypto', () => Object.defineProperty(window, 'crypto', { value: undefined })],
    ['without fetch', () => Object.assign(window, { fetch: undefined })],
    ['with a frozen history', () => Object.freeze(History.prototype) && Object.freeze(history)],
    ['with nonsense in storage', () => Object.assign(localStorage, { graupel: '{"a":' })],
    ['with another’s list in storage', () => Object.assign(localStorage, { graupel: '[1,2,3]' })],
    ['with null in storage', () => Object.assign(localStorage, { graupel: 'null' })],
    ['without BigInt’s constructor', () => Object.assign(window, { BigInt: undefined })],
  ])('%s never hears of it', async (_, harm) => {
    const { page, errors } = await visitor(browser)
    await page.addInitScript(harm)
    await page.goto(`${site.shop}/`)
    await page.waitForTimeout(QUIET)
    await page.evaluate(() => window.graupel?.count?.('x'))
    await page.waitForTimeout(QUIET)
    expect(errors).toEqual([])
  })
})
