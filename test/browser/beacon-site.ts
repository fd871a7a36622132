/**
 * A site in a real browser, and a server that only writes down what reaches it: who sent what, and what was inside.
 * Names below `.example` lead to this machine, so that pages are on hosts that count and have no secure context;
 * localhost has one, and there the browser's own X25519 is at work.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import nacl from 'tweetnacl'
import { configOf } from '../../sdk/wire/config'
import { epochOf, open, read } from '../../sdk/wire/envelope'
import type { Plaintext } from '../../sdk/wire/event'
import { readPlaintext } from '../../sdk/wire/plaintext'
import type {} from '../../sdk/beacon'
import { findChrome } from '../chrome'

const SITE = 0xcafe0001
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP *.example 127.0.0.1',
  // Playwright marks its browsers, and the script obeys the mark.
  '--disable-blink-features=AutomationControlled',
]

export const launch = (args: string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: findChrome()!, args: [...ARGS, ...args] })

export interface Arrived {
  method: string
  url: string
  body: string
  headers: IncomingMessage['headers']
  /** Each envelope's text, and what is in it. */
  envelopes: string[]
  /** As it was sealed, and as a reader takes it. */
  texts: string[]
  plaintexts: Plaintext[]
}

export interface Site {
  port: number
  /** Where pages are and where the script counts: `http://shop.example:…`, `http://count.example:…`. */
  shop: string
  count: string
  arrived: Arrived[]
  /** Answers of `/p/` to come, in order; then 204 for ever. */
  statuses: number[]
  /** How often the script was fetched, and what it holds of the site alone. */
  scripts: number
  configs: number
  /** What a page was asked to decide, in order, and what is answered: nothing at all where that is undefined. */
  questions: unknown[]
  decide(question: unknown): unknown
  /** The server's clock. */
  now(): number
  /** What stands in the page's head, and its policy. */
  page: { head?: string; body?: string; policy?: string }
  sayings(): unknown[][]
  close(): void
}

function opened(text: string, secret: Uint8Array): { text: string; plaintext: Plaintext } {
  const envelope = read(text)
  if (envelope?.kind !== 'beacon' || envelope.site !== SITE) throw new Error(`no beacon of this site: ${text}`)
  const sealed = open(envelope, nacl.box.before(envelope.epk, secret)) ?? ''
  const plaintext = readPlaintext(sealed)
  if (!plaintext) throw new Error(`does not open: ${text}`)
  return { text: sealed, plaintext }
}

export async function serve(built: string, respect = 3): Promise<Site> {
  const owner = nacl.box.keyPair()
  const config = () => {
    const key = { site: SITE, epoch: epochOf(site.now()), key: owner.publicKey }
    return JSON.stringify(configOf(key, { respect, written: site.now() }))
  }
  const script = readFileSync(join(built, 'beacon.txt'), 'utf8')
  const door = readFileSync(join(built, 'sdk/index.js'), 'utf8')
  const module = readFileSync(join(built, 'module.txt'), 'utf8')
  const cross = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Date' }
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname: path, searchParams } = new URL(request.url!, 'http://x')
    const question = searchParams.get('q')
    if (question !== null) {
      site.questions.push(JSON.parse(question))
      const answer = site.decide(JSON.parse(question))
      if (answer !== undefined) response.writeHead(200, { ...cross, 'Content-Type': 'application/json' })
      if (answer !== undefined) response.end(JSON.stringify(answer))
    } else if (path.endsWith('.jsm')) {
      response.writeHead(200, { ...cross, 'Content-Type': 'text/javascript' }).end(module)
    } else if (path.startsWith('/b/')) {
      const isJson = path.endsWith('.json')
      site[isJson ? 'configs' : 'scripts']++
      const text = isJson ? config() : script.replace('GRAUPEL_CONFIG', config)
      response.writeHead(200, { ...cross, 'Content-Type': isJson ? 'application/json' : 'text/javascript' }).end(text)
    } else if (path === '/door.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(door)
    } else if (path.startsWith('/p/')) {
      const body = Buffer.concat(chunks).toString()
      const envelopes = body ? body.split('\n') : [path.slice(3).replace(/\.gif$/, '')].filter(Boolean)
      const inside = request.method === 'OPTIONS' ? [] : envelopes.map((text) => opened(text, owner.secretKey))
      site.arrived.push({
        method: request.method!,
        url: request.url!,
        body,
        headers: request.headers,
        envelopes,
        texts: inside.map(({ text }) => text),
        plaintexts: inside.map(({ plaintext }) => plaintext),
      })
      const status = site.statuses.shift() ?? 204
      if (path.endsWith('.gif')) response.writeHead(200, { 'Content-Type': 'image/gif' }).end(GIF)
      else response.writeHead(status, { ...cross, Date: new Date(site.now()).toUTCString() }).end()
    } else {
      const { head = '', body = '', policy } = site.page
      response.writeHead(200, {
        'Content-Type': path.endsWith('.pdf') ? 'application/pdf' : 'text/html; charset=utf-8',
        ...(policy && { 'Content-Security-Policy': policy.replaceAll('COUNT', site.count) }),
      })
      response.end(`<!doctype html><head>${head.replaceAll('COUNT', site.count)}</head><body>${body}</body>`)
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const site: Site = {
    port,
    shop: `http://shop.example:${port}`,
    count: `http://count.example:${port}`,
    arrived: [],
    statuses: [],
    scripts: 0,
    configs: 0,
    questions: [],
    decide: () => undefined,
    now: Date.now,
    page: { head: tag() },
    sayings: () =>
      site.arrived.flatMap(({ plaintexts }) => plaintexts.flatMap(({ sayings }) => sayings.map((s) => [...s]))),
    close: () => server.close().closeAllConnections(),
  }
  return site
}

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** The script's tag, with attributes. */
export const tag = (attributes = ''): string => `<script defer src="COUNT/b/1.js" ${attributes}></script>`

/** A visitor whose page errors and console lines are kept. */
export async function visitor(
  browser: Browser,
  options?: BrowserContextOptions,
): Promise<{ context: BrowserContext; page: Page; errors: string[]; lines: string[] }> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const errors: string[] = []
  const lines: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => lines.push(message.text()))
  return { context, page, errors, lines }
}
