/** AlephBet itself, as its users load it, with nothing changed but the URL that its Gimel adapter is given. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { call, type Made, makeSite } from '../flow/api'
import { type Server, startServer } from '../flow/server'
import { root } from '../house/source'
import { launch } from './beacon-site'

const ALEPHBET = readFileSync(join(root, 'node_modules/alephbet/dist/alephbet.min.js'), 'utf8')

/** Two visitors' constructors on one page, as a page that is rendered twice has them; goals, each reached twice. */
const page = (url: string, person: string) => `<!doctype html><script>${ALEPHBET}</script><script>
  const told = new AlephBet.GimelAdapter(${JSON.stringify(url)}, 'my shop')
  const shown = []
  const variants = { 'so it was': { activate: () => shown.push(0), weight: 0 }, 'new: blue': { activate: () => shown.push(1), weight: 100 } }
  const make = () => new AlephBet.Experiment({ name: 'button: colour', variants, tracking_adapter: told, user_id: ${person} })
  const experiments = [make(), make(), make()]
  for (const unique of [true, false]) {
    const goal = new AlephBet.Goal(unique ? 'bought it' : 'looked', { unique })
    goal.add_experiment(experiments[0])
    goal.complete()
    goal.complete()
  }
</script>`

/** The shop's own pages, on another origin than the server's. */
async function shop(server: Server, { site }: Made): Promise<string> {
  const pages = createServer((request, response) => {
    const person = new URL(request.url!, 'http://x').searchParams.get('person')
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(page(`${server.origin}/gimel/${site}`, JSON.stringify(person)))
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void pages.close().closeAllConnections())
  return `http://localhost:${(pages.address() as AddressInfo).port}/`
}

/** How many tracks AlephBet still keeps for another try. */
const kept = async (context: BrowserContext) =>
  context.pages()[0]!.evaluate(() => {
    const { _gimel_queue: queue = '[]' } = JSON.parse(localStorage.getItem('alephbet') ?? '{}') as Record<
      string,
      string
    >
    return (JSON.parse(queue) as unknown[]).length
  })

const results = async (server: Server, { site, keys }: Made) =>
  (await call(server, 'GET', `/gimel/${site}/experiments?namespace=my+shop`, undefined, keys.read)).body

const expected = (looks: number, visitors: number) => [
  { meta: { scope: null } },
  {
    experiment: 'button: colour',
    goals: [
      { goal: 'bought it', results: [{ label: 'new: blue', successes: visitors, trials: visitors }] },
      { goal: 'looked', results: [{ label: 'new: blue', successes: looks, trials: visitors }] },
    ],
  },
]

test('AlephBet is counted by another URL alone, once, also where answers are lost', async () => {
  const server = await startServer()
  const site = await makeSite(server)
  const [browser, url] = [await launch(), await shop(server, site)]
  onTestFinished(() => browser.close())

  const first = await browser.newContext()
  const visit = await first.newPage()
  await visit.goto(url)
  expect(await visit.evaluate('shown')).toEqual([1, 1, 1])
  await expect.poll(() => kept(first)).toBe(0)
  expect(await results(server, site)).toEqual(expected(2, 1))

  const second = await browser.newContext()
  // What is sent arrives, and nothing of it comes back.
  await second.route('**/gimel/**', async (route) => {
    await route.fetch()
    await route.abort()
  })
  const lost = await second.newPage()
  await lost.goto(url)
  await expect.poll(() => results(server, site)).toEqual(expected(4, 2))
  expect(await kept(second)).toBe(4)
  await second.unrouteAll({ behavior: 'wait' })
  // It has a variant and its goal, so what a new page sends is the queue, and two looks more.
  await lost.reload()
  await expect.poll(() => kept(second)).toBe(0)
  expect(await results(server, site)).toEqual(expected(6, 2))
})

test('a person on two devices is one visitor', async () => {
  const server = await startServer()
  const site = await makeSite(server)
  const [browser, url] = [await launch(), await shop(server, site)]
  onTestFinished(() => browser.close())
  for (const _ of ['phone', 'desktop']) {
    const device = await browser.newContext()
    await (await device.newPage()).goto(`${url}?person=ada`)
    await expect.poll(() => kept(device)).toBe(0)
  }
  expect(await results(server, site)).toEqual(expected(4, 1))
})
