/** What `graupel doctor` says of a policy is what a real browser does: the same policies, the same requests. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { forbidding, policiesOf, type Use } from '../../sdk/cli/doctor/policy'
import { launch } from './beacon-site'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const NONCE = 'r4nd0m'
/** `HOST` is the script's host and port, `PORT` the port alone. */
const POLICIES = [
  '',
  "default-src 'none'",
  "default-src 'self'",
  'default-src *',
  'default-src http:',
  'default-src https:',
  'default-src HOST',
  'default-src count.example',
  'default-src count.example:*',
  'default-src *.example:PORT',
  'default-src *.count.example:PORT',
  'default-src http://HOST/b/',
  'default-src HOST/p/',
  'default-src HOST/b/7.js HOST/p/e',
  'default-src HOST/B/7.js',
  'script-src HOST; connect-src HOST/p/; img-src data:',
  'script-src HOST; script-src-elem other.example; connect-src *; connect-src other.example',
  `script-src 'nonce-${NONCE}'`,
  "script-src 'nonce-other'",
  `script-src 'strict-dynamic' 'nonce-${NONCE}'; img-src 'self'`,
  "script-src 'strict-dynamic' 'nonce-other' HOST *",
  "script-src 'unsafe-inline'; connect-src 'NONE'",
  'DEFAULT-SRC http://COUNT.example:PORT ; img-src',
  "default-src *, script-src 'self'",
]

const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

interface Asked {
  origin: string
  shown(policy: string): string
}

/** A page of the policy that its query says, and at another host what it loads. */
async function serve(): Promise<Asked> {
  let port = 0
  const shown = (policy: string) => policy.replaceAll('HOST', `count.example:${port}`).replaceAll('PORT', String(port))
  const page = () => `<!doctype html><script nonce="${NONCE}" src="http://count.example:${port}/b/7.js"></script>`
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop.example')
    response.setHeader('Access-Control-Allow-Origin', '*')
    if (pathname === '/b/7.js') return response.setHeader('Content-Type', 'text/javascript').end('window.ran = true')
    if (pathname === '/p/e') return response.setHeader('Content-Type', 'image/svg+xml').end(PICTURE)
    response.setHeader('Content-Type', 'text/html')
    const policy = searchParams.get('policy')
    if (policy) response.setHeader('Content-Security-Policy', policy)
    return response.end(page())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  port = (server.address() as AddressInfo).port // It listens on a port, not on a pipe.
  return { origin: `http://shop.example:${port}`, shown }
}

test('a policy allows what a browser allows', async () => {
  const { origin, shown } = await serve()
  const from = origin.replace('shop', 'count')
  const [script, target] = [new URL('/b/7.js', from), new URL('/p/e', from)]
  const tab = await browser.newPage()
  for (const policy of POLICIES.map(shown)) {
    await tab.goto(`${origin}/?policy=${encodeURIComponent(policy)}`)
    const done = await tab.evaluate(async (url) => {
      const picture = Object.assign(new Image(), { src: url })
      return {
        script: 'ran' in window,
        connect: await fetch(url).then(
          () => true,
          () => false,
        ),
        img: await picture.decode().then(
          () => true,
          () => false,
        ),
      }
    }, target.href)
    const allows = (use: Use, url: URL) =>
      forbidding(policiesOf(policy), { use, url, page: new URL(origin), nonce: NONCE }) === undefined
    const said = { script: allows('script', script), connect: allows('connect', target), img: allows('img', target) }
    expect([policy, said]).toEqual([policy, done])
  }
})
