/** The embed in a real browser, on somebody else's page, before a real server. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { call, makeSite } from '../flow/api'
import { type Server, startServer } from '../flow/server'
import { servePage, visit } from './embed-page'

const HOUR = 3_600_000
const HOSTILE = '<img src=x onerror=alert(1)>'

interface Shop {
  server: Server
  site: number
  /** The script's tag. */
  tag: string
  /** A policy that lets the server's script run and ask, and nothing else. */
  policy: string
  share(scope?: object): Promise<{ share: string; id: string; url: string }>
}

/** A site with sixty orders of two days. */
async function shop(): Promise<Shop> {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const orders = Array.from({ length: 60 }, (_, i) => ({
    type: 'order',
    at: Date.now() - i * HOUR * 0.8,
    dimensions: { country: ['SE', 'NO', HOSTILE][i % 3]! },
    metrics: { dollars: (i * 37) % 91 },
  }))
  expect((await call(server, 'POST', '/count', orders, keys.write)).status).toBe(200)
  return {
    server,
    site,
    tag: `<script defer src="${server.origin}/embed.js"></script>`,
    policy: `default-src 'none'; script-src ${server.origin}; connect-src ${server.origin}`,
    async share(scope = { type: 'order', metrics: ['hits', 'dollars'] }) {
      const path = `/api/sites/${site}/shares`
      return (await call<{ share: string; id: string; url: string }>(server, 'POST', path, scope)).body
    },
  }
}

const graph = (page: Page) => page.locator('graupel-graph')
const svg = (page: Page) => page.locator('graupel-graph svg')
const words = (page: Page) => page.locator('graupel-graph p')
const questions = (asked: readonly string[]) =>
  asked.filter((url) => new URL(url).pathname === '/graph').map((url) => new URL(url).searchParams)

/** What a style makes of it. */
const styled = (page: Page, selector: string, name: string) =>
  page
    .locator(`graupel-graph ${selector}`)
    .first()
    .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name)

const BLUE = { light: 'rgb(0, 104, 173)', dark: 'rgb(86, 180, 233)' }

test('draws by the share alone, under a policy that allows the server and no style', async () => {
  const { tag, policy, share } = await shop()
  const { share: text } = await share()
  const url = await servePage({ body: `${tag}<graupel-graph share="${text}" title="Orders"></graupel-graph>`, policy })
  const { page, errors, lines, asked } = await visit(url)
  await svg(page).waitFor()
  expect(questions(asked).map((query) => Object.fromEntries(query))).toEqual([{ share: text }])
  expect(await styled(page, '.g-line', 'stroke')).toBe(BLUE.light)
  expect(await styled(page, '.g-ground', 'fill')).toBe('rgb(255, 255, 255)')
  expect(await styled(page, 'text', 'font-family')).toContain('system-ui')
  // To a reader who sees no picture it is one, with a name and a summary.
  const image = page.getByRole('img', { name: /^Orders .* hits: [\d,]+ in total, .* dollars: [\d,]+ in total/ })
  expect(await image.count()).toBe(1)
  expect([errors, lines]).toEqual([[], []])
})

test('narrows by attributes, one question for all that change at once and none for the drawing alone', async () => {
  const { tag, share } = await shop()
  const { share: text } = await share()
  const body = `${tag}${tag}
    <graupel-graph share="${text}" period="7d" metric="hits" compare="previous" dimension='["country"]' depth="1"></graupel-graph>
    <graupel-graph share="${text}" id="other"></graupel-graph>`
  const { page, errors, asked } = await visit(await servePage({ body }))
  await expect.poll(() => svg(page).count()).toBe(2)
  const [first] = questions(asked)
  expect(Object.fromEntries(first!)).toEqual({
    share: text,
    period: '7d',
    metric: 'hits',
    compare: 'previous',
    dimension: '["country"]',
    depth: '1',
  })
  await expect.poll(() => graph(page).first().locator('text', { hasText: 'SE · hits before' }).count()).toBe(1)

  await page.evaluate(() => {
    const other = document.querySelector('#other')!
    other.setAttribute('title', 'Other')
    other.setAttribute('theme', 'dark')
    other.setAttribute('height', '300')
  })
  await expect.poll(() => page.locator('#other svg').getAttribute('height')).toBe('300')
  expect(await page.locator('#other .g-title').textContent()).toBe('Other')
  expect(questions(asked)).toHaveLength(2)

  await page.evaluate(() => {
    const other = document.querySelector('#other')!
    other.setAttribute('metric', 'dollars')
    other.setAttribute('period', '30d')
    other.setAttribute('interval', 'week')
  })
  await expect.poll(() => questions(asked)).toHaveLength(3)
  expect(Object.fromEntries(questions(asked)[2]!)).toMatchObject({ metric: 'dollars', period: '30d', interval: 'week' })
  expect(errors).toEqual([])
})

test('shows names that were counted as text', async () => {
  const { tag, share } = await shop()
  const { share: text } = await share()
  const body = `${tag}<graupel-graph share="${text}" dimension="country" depth="1" metric="hits" title="${HOSTILE}"></graupel-graph>`
  const { page, errors } = await visit(await servePage({ body }))
  page.on('dialog', () => errors.push('a dialog'))
  await svg(page).waitFor()
  expect(await page.locator('graupel-graph img').count()).toBe(0)
  expect(await graph(page).getByText(HOSTILE).count()).toBeGreaterThan(1)
  expect(errors).toEqual([])
})

test('follows the reader into the dark, unless a theme is asked', async () => {
  const { tag, share } = await shop()
  const { share: text } = await share()
  const body = `${tag}<graupel-graph share="${text}" metric="hits"></graupel-graph>`
  const { page } = await visit(await servePage({ body }), { colorScheme: 'dark' })
  await svg(page).waitFor()
  expect(await styled(page, '.g-line', 'stroke')).toBe(BLUE.dark)
  expect(await styled(page, '.g-ground', 'fill')).toBe('rgb(17, 22, 29)')
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await styled(page, '.g-line', 'stroke')).toBe(BLUE.light)
  await graph(page).evaluate((element) => element.setAttribute('theme', 'dark'))
  await expect.poll(() => styled(page, '.g-line', 'stroke')).toBe(BLUE.dark)
})

test('fits a phone, and follows its own width', async () => {
  const { tag, share } = await shop()
  const { share: text } = await share()
  const head = `<meta name="viewport" content="width=device-width"><script>
    window.wrong = []
    addEventListener('error', (event) => wrong.push(event.message))</script>`
  const body = `${tag}<graupel-graph share="${text}" dimension="country" depth="1" title="Orders by country, and a long title for a phone"></graupel-graph>`
  const { page, errors } = await visit(await servePage({ head, body }), { viewport: { width: 360, height: 640 } })
  const widths = () =>
    page.evaluate(() => {
      const shown = document.querySelector('graupel-graph')!
      const drawn = shown.shadowRoot!.querySelector('svg')
      return [drawn?.getAttribute('width'), String(shown.clientWidth), document.documentElement.scrollWidth]
    })
  await expect.poll(widths).toEqual(['344', '344', 360])
  await page.setViewportSize({ width: 800, height: 640 })
  await expect.poll(widths).toEqual(['784', '784', 800])
  // Narrower than can be read it is scaled, and hidden it waits.
  await graph(page).evaluate((element: HTMLElement) => (element.style.width = '120px'))
  await expect.poll(widths).toEqual(['200', '120', 800])
  await graph(page).evaluate((element: HTMLElement) => (element.hidden = true))
  await graph(page).evaluate((element: HTMLElement) => {
    element.style.width = '500px'
    element.hidden = false
  })
  await expect.poll(widths).toEqual(['500', '500', 800])
  expect(await page.evaluate(() => (window as unknown as { wrong: string[] }).wrong)).toEqual([])
  expect(errors).toEqual([])
})

test('holds its place from the first moment', async () => {
  const { server, tag, share } = await shop()
  const { share: text } = await share()
  const body = `${tag}<graupel-graph share="${text}"></graupel-graph><p id="below">below</p>`
  const url = await servePage({ body })
  const { page } = await visit('about:blank', { viewport: { width: 800, height: 640 } })
  let answer = () => {}
  const asked = new Promise<void>((resolve) => (answer = resolve))
  await page.route(`${server.origin}/graph?**`, async (route) => {
    await asked
    await route.continue()
  })
  await page.goto(url)
  await words(page).waitFor({ state: 'attached' })
  const below = () => page.locator('#below').boundingBox()
  const before = await below()
  answer()
  await svg(page).waitFor()
  expect(await below()).toEqual(before)
})

test('says so when a share is over, and shows no longer what it showed', async () => {
  const { server, site, tag, policy, share } = await shop()
  const soon = Math.floor(Date.now() / 1000) + 3
  const short = await share({ type: 'order', expires: soon })
  const long = await share()
  const body = `${tag}<graupel-graph refresh="2" share="${short.share}"></graupel-graph>
    <graupel-graph refresh="2" share="${long.share}" id="long"></graupel-graph>
    <graupel-graph share="${long.share}" type="pageview" id="beyond"></graupel-graph>
    <graupel-graph id="none"></graupel-graph>`
  const { page, errors } = await visit(await servePage({ body, policy }))
  await expect.poll(() => svg(page).count()).toBe(2)
  expect(await page.locator('#beyond [role=status]').textContent()).toBe('Type: this share shows only type order')
  expect(await page.locator('#none [role=status]').textContent()).toBe('No share is given.')
  const first = words(page).first()
  await expect.poll(() => first.textContent(), { timeout: 10_000 }).toBe('This share has expired')
  expect((await call(server, 'DELETE', `/api/sites/${site}/shares/${long.id}`)).status).toBe(204)
  await expect.poll(() => page.locator('#long p').textContent(), { timeout: 10_000 }).toBe('This share was revoked')
  expect(await svg(page).count()).toBe(0)
  expect(await styled(page, 'p', 'color')).toBe('rgb(92, 104, 120)')
  expect(errors).toEqual([])
})

test('asks again as often as it is told, but not while nobody looks, and keeps its graph while the server is away', async () => {
  const { server, tag, share } = await shop()
  const { share: text } = await share()
  const body = `${tag}<graupel-graph refresh="2" share="${text}" metric="hits"></graupel-graph>`
  const { page, errors, asked } = await visit(await servePage({ body }))
  await expect.poll(() => questions(asked).length, { timeout: 10_000 }).toBe(3)

  const hide = (isHidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, isHidden)
  await hide(true)
  await page.waitForTimeout(2_500)
  expect(questions(asked)).toHaveLength(3)
  await hide(false)
  await expect.poll(() => questions(asked).length, { timeout: 1_000 }).toBe(4)

  await server.kill('SIGKILL')
  const failed = page.waitForEvent('requestfailed', { timeout: 10_000 })
  await failed
  expect(await svg(page).count()).toBe(1)
  await graph(page).evaluate((element) => element.remove())
  const before = asked.length
  await page.waitForTimeout(2_500)
  expect(asked).toHaveLength(before)
  expect(errors).toEqual([])
})

test('is asked once where it is to ask again in a month, more than a timer can hold', async () => {
  const { tag, share } = await shop()
  const { share: text } = await share()
  const graphs = ['2592000', '1e300', 'Infinity'].map(
    (refresh) => `<graupel-graph refresh="${refresh}" share="${text}"></graupel-graph>`,
  )
  const { page, asked } = await visit(await servePage({ body: tag + graphs.join('') }))
  await expect.poll(() => svg(page).count()).toBe(3)
  await page.waitForTimeout(500)
  expect(questions(asked)).toHaveLength(3)
})

test('says that the server is away where it has nothing to show', async () => {
  const { share } = await shop()
  const { share: text } = await share()
  const body = `<graupel-graph host="http://127.0.0.1:9" share="${text}"></graupel-graph><graupel-graph host="nowhere" share="${text}"></graupel-graph>`
  const { page, errors } = await visit(await servePage({ body }))
  await page.addScriptTag({ path: join(inject('built'), 'sdk/embed.js'), type: 'module' })
  await expect.poll(() => words(page).allTextContents()).toEqual(Array(2).fill('The graph can’t be loaded just now.'))
  expect(errors).toEqual([])
})

test('is had by npm too, where it is told its server, and does nothing on a server', async () => {
  const { server, share } = await shop()
  const { share: text } = await share()
  const door = join(inject('built'), 'sdk/embed.js')
  await import(/* @vite-ignore */ door)
  const body = `<graupel-graph host="${server.origin}" share="${text}"></graupel-graph>`
  const { page, errors } = await visit(await servePage({ body }))
  await page.addScriptTag({ path: door, type: 'module' })
  await svg(page).waitFor()
  expect(errors).toEqual([])
})

test('works where a page demands trusted types', async () => {
  const { tag, policy, share } = await shop()
  const { share: text } = await share()
  const body = `${tag}<graupel-graph share="${text}"></graupel-graph>`
  const strict = `${policy}; require-trusted-types-for 'script'; trusted-types graupel`
  const { page, errors, lines } = await visit(await servePage({ body, policy: strict }))
  await svg(page).waitFor()
  expect([errors, lines]).toEqual([[], []])
})

test('shows a share on the pages that it names, as element, picture and frame, and on no others', async () => {
  const { server, tag, share } = await shop()
  const scope = { type: 'order', origins: ['blog.example'] }
  const { share: text, url: picture } = await share(scope)
  const { share: loose } = await share({ ...scope, allowMissing: true })
  const body = `${tag}<graupel-graph share="${text}"></graupel-graph><img src="${picture}">
    <iframe name="embed" src="${server.origin}/embed?share=${text}&amp;title=Orders" width="400" height="240"></iframe>
    <iframe name="svg" src="${picture}"></iframe>
    <iframe name="loose" referrerpolicy="no-referrer" src="${server.origin}/embed?share=${loose}" width="400" height="240"></iframe>`
  const seen = async (host: string) => {
    const { page, errors } = await visit(await servePage({ body }, host), { viewport: { width: 500, height: 1600 } })
    await graph(page).locator('svg, p:not(:empty)').waitFor()
    const isFramed = (name: string) =>
      page.frame(name)!.evaluate(() => document.querySelector('svg, graupel-graph') !== null)
    return {
      errors,
      element: (await svg(page).count()) ? 'drawn' : await words(page).textContent(),
      picture: await page.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth),
      frames: await Promise.all(['embed', 'svg', 'loose'].map(isFramed)),
      page,
    }
  }
  const blog = await seen('blog.example')
  expect(blog).toMatchObject({ errors: [], element: 'drawn', picture: 640, frames: [true, true, true] })
  const inside = blog.page.frame('embed')!.locator('graupel-graph svg')
  await inside.waitFor()
  expect([await inside.getAttribute('width'), await inside.getAttribute('height')]).toEqual(['400', '240'])

  const thief = await seen('thief.example')
  expect(thief).toMatchObject({
    errors: [],
    element: 'This share is for pages of blog.example',
    picture: 0,
    frames: [false, false, false],
  })
})

test('shows a share on a page that sends no referrer: a script says its origin all the same', async () => {
  const { tag, share } = await shop()
  const { share: text } = await share({ type: 'order', origins: ['blog.example'] })
  const body = `${tag}<graupel-graph share="${text}"></graupel-graph>`
  const { page } = await visit(await servePage({ body, referrer: 'no-referrer' }))
  await svg(page).waitFor()
})
