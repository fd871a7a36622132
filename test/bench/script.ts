/**
 * The script in a real browser with its processor slowed down fourfold, as on a cheap phone: what it keeps the page's thread
 * busy with, from its evaluation to the first view's request, and what its key pair takes beside that. Every page is fresh.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium } from 'playwright-core'
import nacl from 'tweetnacl'
import { configOf } from '../../sdk/wire/config'
import { epochOf } from '../../sdk/wire/envelope'
import { findChrome } from '../chrome'
import { built } from '../sdk/built'
import { type Figure, quantile, say } from './figure'

const THROTTLE = 4
const PAGES = 21
/** The first pages warm the browser itself, its files and its processes. */
const WARMING = 3
const LOAD_BUDGET = 1
const KEYS_BUDGET = 10

/** In the page, milliseconds by its own clock, in the order in which they happen. */
interface Marks {
  /** The script is compiled and evaluated. */
  began: number
  evaluated: number
  /** It is idle: storage is opened, the page is looked at. */
  idle: number
  seen: number
  /** The pair's first step and its last. */
  asked: number
  made: number
  /** The request was handed to the browser. */
  handed: number
}

/** Runs a script in the page, and is told its moments by what it cannot do without; that costs microseconds itself. */
function run(text: string): void {
  const marks: Partial<Marks> = {}
  Object.assign(window, { marks })
  const mark = (name: keyof Marks) => {
    marks[name] ??= performance.now()
  }
  type Act = (this: unknown, ...items: never[]) => unknown
  const around = (of: object, name: string, before?: keyof Marks, after?: keyof Marks) => {
    const original: Act = Reflect.get(of, name)
    const told: Act = function (...items) {
      if (before) mark(before)
      const result = original.apply(this, items)
      if (after) mark(after)
      return result
    }
    Object.defineProperty(of, name, { value: told, configurable: true, writable: true })
  }
  around(crypto, 'getRandomValues', 'asked')
  around(TextEncoder.prototype, 'encode', 'made')
  around(window, 'fetch', undefined, 'handed')
  if (window.SubtleCrypto) {
    around(SubtleCrypto.prototype, 'generateKey', 'asked')
    const { deriveBits } = SubtleCrypto.prototype
    SubtleCrypto.prototype.deriveBits = async function (this: SubtleCrypto, ...items) {
      const bits = await deriveBits.apply(this, items)
      mark('made')
      return bits
    }
  }
  const whenIdle = window.requestIdleCallback
  window.requestIdleCallback = (act, options) =>
    whenIdle((deadline) => {
      mark('idle')
      act(deadline)
      mark('seen')
    }, options)
  const script = Object.assign(document.createElement('script'), { textContent: text })
  Object.assign(script.dataset, { host: location.origin, local: '' })
  mark('began')
  document.head.append(script)
  mark('evaluated')
}

const PAGE = `<!doctype html><title>bench</title><body>${'<p>Some text.</p>'.repeat(200)}</body>`

async function configured(): Promise<string> {
  const key = { site: 0xcafe0001, epoch: epochOf(Date.now()), key: nacl.box.keyPair().publicKey }
  return (await built()).replace('GRAUPEL_CONFIG', () => JSON.stringify(configOf(key, { written: Date.now() })))
}

async function serve(): Promise<{ port: number; close(): void }> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/p/')) response.writeHead(204).end()
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, close: () => server.close().closeAllConnections() }
}

async function visit(browser: Browser, url: string, script: string): Promise<Marks> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE })
  await page.evaluate(run, script)
  const handle = await page.waitForFunction(() => {
    const { marks } = window as unknown as { marks: Marks }
    return marks.handed && marks
  })
  const marks = (await handle.jsonValue()) as Marks // All of them happen before it is handed over.
  await context.close()
  return marks
}

async function visits(browser: Browser, url: string, script: string): Promise<Marks[]> {
  const all: Marks[] = []
  for (let i = 0; i < WARMING + PAGES; i++) all.push(await visit(browser, url, script))
  return all.slice(WARMING)
}

const median = (marks: Marks[], of: (mark: Marks) => number): number => quantile(marks.map(of), 0.5)

export async function measureScript(): Promise<{ figures: Figure[] }> {
  const executablePath = findChrome()
  if (!executablePath) throw new Error('no browser; GRAUPEL_CHROME names one')
  const server = await serve()
  const args = ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP *.example 127.0.0.1']
  args.push('--disable-blink-features=AutomationControlled')
  const browser = await chromium.launch({ executablePath, args })
  try {
    const script = await configured()
    const native = await visits(browser, `http://localhost:${server.port}/`, script)
    const plain = await visits(browser, `http://shop.example:${server.port}/`, script)
    say(`script: ${native.length + plain.length} pages`)
    return { figures: figuresOf(native, plain) }
  } finally {
    await browser.close()
    server.close()
  }
}

function figuresOf(native: Marks[], plain: Marks[]): Figure[] {
  const note = `median of ${PAGES} pages`
  const first = ({ idle, seen, made, handed }: Marks) => seen - idle + handed - made
  const keys = ({ asked, made }: Marks) => made - asked
  const load = [...native, ...plain]
  return [
    {
      name: 'the script is compiled and evaluated',
      value: median(load, ({ began, evaluated }) => evaluated - began),
      unit: 'ms',
      budget: LOAD_BUDGET,
      note,
    },
    {
      name: 'when idle: storage opened, first view sealed, kept and handed over',
      value: median(load, first),
      unit: 'ms',
      note,
    },
    {
      name: 'when idle: keys by the browser’s own X25519',
      value: median(native, keys),
      unit: 'ms',
      budget: KEYS_BUDGET,
      note,
    },
    {
      name: 'when idle: keys in BigInt, on http: pages',
      value: median(plain, keys),
      unit: 'ms',
      budget: KEYS_BUDGET,
      note,
    },
  ]
}
