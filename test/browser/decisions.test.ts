import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findChrome } from '../chrome'
import { call, makeSite } from '../flow/api'
import { logIn } from '../flow/login'
import { type Server, startServer } from '../flow/server'

const HOSTILE = '<script>alert(1)</script>'
const NAME = `front ${HOSTILE}/page?`

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChrome()!, args: ['--no-sandbox', '--disable-gpu'] })
})
afterAll(() => browser.close())

interface Opened {
  page: Page
  errors: string[]
}

/** The dashboard, logged in, on a phone in the dark where it is asked for. */
async function opened(server: Server, path: string, phone = false): Promise<Opened> {
  const [name = '', value = ''] = (await logIn(server)).split('=')
  const context = await browser.newContext(phone ? { viewport: { width: 390, height: 800 }, colorScheme: 'dark' } : {})
  await context.addCookies([{ name, value, url: server.origin }])
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(server.origin + path)
  return { page, errors }
}

interface Decided {
  option: string
  id: string
}

/** So many are decided for, and who gets the second option buys every third time. */
async function decide(server: Server, site: number, write: string, times: number): Promise<Map<string, number>> {
  const shown = new Map<string, number>()
  for (let i = 0; i < times; i++) {
    const query = new URLSearchParams({ site: String(site), decision: NAME, unit: String(i) })
    const { body } = await call<Decided>(server, 'GET', `/decide?${query}`, undefined, write)
    const { option, id } = body
    shown.set(option, (shown.get(option) ?? 0) + 1)
    const isBought = option !== HOSTILE && i % 3 === 0
    const outcome = { decision: NAME, option, id, ...(isBought && { metrics: { reward: 1 } }) }
    await call(server, 'POST', `/count_decision?site=${site}`, outcome, write)
  }
  return shown
}

test('makes an experiment, shows what comes of it, and does to it what its buttons say', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const { page, errors } = await opened(server, `/decisions?site=${site}`)
  await page.getByText('There is none yet.').waitFor()

  await page.getByLabel('Name', { exact: true }).fill(NAME)
  await page.getByLabel('Options', { exact: true }).fill(HOSTILE)
  await page.getByRole('button', { name: 'Make the experiment' }).click()
  await page.getByText('Name two options at the least').waitFor()
  await page.getByLabel('Options', { exact: true }).fill(`${HOSTILE}\nplain`)
  await page.getByLabel('Policy').selectOption('split')
  await page.getByLabel(/Weights/).fill('1, 1, 1')
  await page.getByRole('button', { name: 'Make the experiment' }).click()
  await page.locator('#weights-error').getByText('2 numbers').waitFor()
  await page.getByLabel(/Weights/).fill('1, 1')
  await page.getByRole('button', { name: 'Make the experiment' }).click()
  await page.getByRole('heading', { name: NAME, exact: true }).waitFor()

  const shown = await decide(server, site, keys.write, 24)
  const row = (option: string) =>
    page
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: option }) })
      .first()
  await expect.poll(() => row('plain').getByRole('cell').first().textContent()).toContain(String(shown.get('plain')))
  expect(await row(HOSTILE).textContent()).toContain('is the control')

  await page.getByLabel('Control').selectOption('plain')
  await expect.poll(() => row('plain').textContent()).toContain('is the control')
  await page.getByRole('checkbox', { name: HOSTILE }).uncheck()
  await expect.poll(() => row(HOSTILE).count()).toBe(0)
  await page.reload()
  await expect.poll(() => row('plain').textContent()).toContain('is the control')
  expect(await row(HOSTILE).count()).toBe(0)

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  await press('Pause')
  await page.getByText('paused').waitFor()
  await press('Resume')
  await page.getByText('running').waitFor()
  await press('Finish…')
  await page.getByRole('dialog').getByLabel('Winner').selectOption('plain')
  await page.getByRole('dialog').getByRole('button', { name: 'Finish' }).click()
  await page.getByText('finished').waitFor()
  await press('Delete…')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await press('Delete…')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('There is none yet.').waitFor()
  // A refusal that was asked for is told by the browser, too.
  expect(errors.filter((error) => !error.includes('400'))).toEqual([])
})

test('fits a phone, and moves while it is looked at', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  await call(server, 'POST', `/experiments?site=${site}`, { decision: NAME, options: [HOSTILE, 'plain'] })
  const path = `/decisions?${new URLSearchParams({ site: String(site), decision: NAME })}`
  const { page, errors } = await opened(server, path, true)
  const decisions = page.locator('graupel-results dd').first()
  await expect.poll(() => decisions.textContent()).toBe('0')
  await decide(server, site, keys.write, 12)
  await expect.poll(() => decisions.textContent(), { timeout: 5_000 }).toBe('12')
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  expect(errors).toEqual([])
})
