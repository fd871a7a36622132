/** A real browser before the real proxies of the examples: by TLS, from the address that the proxy saw. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeSite, total } from '../flow/api'
import { freePorts, HOST, openReverse } from '../flow/reverse'
import { startServer, temporaryFolder } from '../flow/server'
import { readUnit } from '../flow/unit'
import { findProxy, type Name } from '../proxies'
import { writeMmdb } from '../../demo/rain/mmdb'
import { launch } from './beacon-site'

const NAMES: readonly Name[] = ['nginx', 'caddy']

/** What the browser says of its own address. */
const CLAIMED = '127.0.0.8'

const isThere = NAMES.every((name) => findProxy(name))

test.skipIf(!isThere).each(NAMES)(
  'a page counts, and sees it counted, by TLS through %s',
  {
    timeout: 60_000,
  },
  async (name) => {
    const folder = temporaryFolder()
    const geoFolder = join(folder, 'geo')
    mkdirSync(geoFolder)
    const networks = { '127.0.0.1/32': 'SE', [`${CLAIMED}/32`]: 'NO' }
    const entries = Object.entries(networks).map(([network, code]) => ({
      network,
      record: { country: { iso_code: code } },
    }))
    writeFileSync(join(geoFolder, 'geo.mmdb'), writeMmdb(entries))
    const ports = await freePorts()
    const { GRAUPEL_PROXY = '' } = readUnit().environment
    const env = { GRAUPEL_PROXY, GRAUPEL_GEO_FILE: 'geo.mmdb', GRAUPEL_URL: `https://${HOST}:${ports.https}` }
    const server = await startServer({ geoFolder, env })
    const reverse = await openReverse(name, { folder: join(folder, name), ports, upstream: server.origin })
    onTestFinished(() => reverse.end())
    const { site, keys, snippet } = await makeSite(server)
    expect(snippet).toContain(`src="${reverse.origin}/b/`)

    const pages = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html>${snippet}`)
    })
    await new Promise<void>((done) => pages.listen(0, '127.0.0.1', done))
    onTestFinished(() => void pages.close().closeAllConnections())
    const browser = await launch(['--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.example.com 127.0.0.1'])
    onTestFinished(() => browser.close())
    const agent = await browser.newPage().then((probe) => probe.evaluate(() => navigator.userAgent))
    const context = await browser.newContext({ userAgent: agent.replace('Headless', ''), ignoreHTTPSErrors: true })
    const page = await context.newPage()
    await page.route(`${reverse.origin}/**`, (route) =>
      route.continue({ headers: { ...route.request().headers(), 'x-forwarded-for': CLAIMED } }),
    )
    await page.goto(`http://shop.example:${(pages.address() as AddressInfo).port}/`)
    await expect.poll(() => total(server, site)).toBe(1)
    expect(await total(server, site, 'hits', ['country', 'SE'])).toBe(1)

    const heard = page.evaluate(
      ([address, key]) =>
        new Promise<string>((resolve, reject) => {
          const socket = new WebSocket(`${address}/tail`, ['graupel', key!])
          socket.onerror = () => reject(new Error('no tail'))
          socket.onopen = () => window.graupel!.count!({ plan: 'pro' }, {}, 'signup')
          socket.onmessage = ({ data }) => resolve(String(data))
        }),
      [reverse.origin.replace('https:', 'wss:'), keys.read],
    )
    expect(JSON.parse(await heard)).toMatchObject({ type: 'signup' })
  },
)
