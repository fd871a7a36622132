/**
 * The network at its worst: an HTTP proxy before a server that refuses, limits, cuts, delays and loses, by chance that
 * can be had again. What it does can be changed while it runs; it counts what it did. A server that changes its port
 * stays behind the same address. Paths outside of `paths` always pass: a script may come from a cache.
 */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { Random } from '../random'

/** What may happen to a request. Only `lost`, `torn` and `slow` reach the server whole. */
const FAULTS = [
  /** 503. */
  'busy',
  /** 429. */
  'limited',
  /** The connection is reset, and nothing goes on. */
  'dead',
  /** Nothing goes on and nothing is answered, until one side ends. */
  'hung',
  /** A part of the request goes on, then both connections end. */
  'cut',
  /** The server has answered, and the connection is reset. */
  'lost',
  /** The server has answered, and a part of that comes through. */
  'torn',
  /** It goes on after a while. */
  'slow',
] as const
export type Fault = (typeof FAULTS)[number]
/** `away`: the server could not be reached. */
export type Fate = Fault | 'passed' | 'away'

/** How likely each is, 0 to 1; the rest passes. `retryAfter` is what `busy` and `limited` say, in seconds. */
export type Weather = Readonly<Partial<Record<Fault, number>>> & { readonly retryAfter?: number }

/** The longest that `slow` waits. */
const SLOW_MS = 200
/** A script of another origin reads a status and its headers only where it is told that it may. */
const CORS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Date, Retry-After' }
const STATUS = { busy: 503, limited: 429 } as const

export interface Passage {
  /** Unix milliseconds. */
  at: number
  fate: Fate
}

export class FaultyProxy {
  weather: Weather = {}
  /** All that came for `paths`, in order. */
  readonly passages: Passage[] = []
  private readonly origin: () => string
  private readonly paths: RegExp
  private readonly random: Random
  private readonly agent = new Agent({ keepAlive: true })
  private readonly server: Server
  private port = 0

  /** `origin` is asked anew for each request. */
  constructor(origin: () => string, { seed = 1, paths = /^\/p\// } = {}) {
    this.origin = origin
    this.paths = paths
    this.random = new Random(seed)
    this.server = createServer((request, response) => void this.take(request, response))
  }

  /** Its address, on this machine unless a name is given that leads here. */
  address(host = '127.0.0.1'): string {
    return `http://${host}:${this.port}`
  }

  /** Listens; after `leave`, on the same port as before. */
  async open(): Promise<this> {
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening')
    this.port = (this.server.address() as AddressInfo).port // It listens on a port, not on a pipe.
    return this
  }

  /** Nobody listens any more: connections are refused. */
  async leave(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeAllConnections()
    await closed
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.leave()
    this.agent.destroy()
  }

  /** Other weather for a while. */
  async during(ms: number, weather: Weather): Promise<void> {
    const before = this.weather
    this.weather = weather
    await pause(ms)
    this.weather = before
  }

  /** How often each came about. */
  counts(): Partial<Record<Fate, number>> {
    const counts: Partial<Record<Fate, number>> = {}
    for (const { fate } of this.passages) counts[fate] = (counts[fate] ?? 0) + 1
    return counts
  }

  private draw(): Fault | 'passed' {
    let left = this.random.next()
    for (const fault of FAULTS) {
      left -= this.weather[fault] ?? 0
      if (left < 0) return fault
    }
    return 'passed'
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isConcerned = this.paths.test(request.url ?? '')
    const passage: Passage = { at: Date.now(), fate: isConcerned ? this.draw() : 'passed' }
    if (isConcerned) this.passages.push(passage)
    try {
      await this.befall(passage, request, response)
    } catch {
      passage.fate = 'away'
      request.socket.destroy()
    }
  }

  private async befall({ fate }: Passage, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (fate === 'dead') return void request.socket.resetAndDestroy()
    const body = await buffer(request)
    switch (fate) {
      case 'busy':
      case 'limited':
        return this.refuse(STATUS[fate], response)
      case 'hung':
        return
      case 'cut':
        return this.cut(request, body)
      case 'lost':
        await this.forward(request, body)
        return void request.socket.resetAndDestroy()
      case 'torn':
        await this.forward(request, body)
        request.socket.write('HTTP/1.1 2')
        return void request.socket.end()
      case 'slow':
        await pause(this.random.next() * SLOW_MS)
        return this.pass(request, response, body)
      case 'passed':
      case 'away':
        return this.pass(request, response, body)
    }
  }

  private refuse(status: number, response: ServerResponse): void {
    const { retryAfter } = this.weather
    response.writeHead(status, { ...CORS, ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }) })
    response.end()
  }

  private async pass(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const answer = await this.forward(request, body)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }

  private async forward(
    { method = 'GET', url = '/', headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: string[]; body: Buffer }> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      ask(`${this.origin()}${url}`, { method, headers, agent: this.agent }, resolve).on('error', reject).end(body)
    })
    return { status: answer.statusCode ?? 0, headers: answer.rawHeaders, body: await buffer(answer) }
  }

  /** Byte for byte up to somewhere, which may be within its first line. */
  private async cut({ method, url, rawHeaders, socket }: IncomingMessage, body: Buffer): Promise<void> {
    const headers = rawHeaders.map((text, i) => (i % 2 ? `: ${text}\r\n` : text)).join('')
    const whole = Buffer.concat([Buffer.from(`${method} ${url} HTTP/1.1\r\n${headers}\r\n`), body])
    const { hostname, port } = new URL(this.origin())
    const upstream = connect(Number(port), hostname)
    upstream.on('error', () => socket.destroy())
    await new Promise((resolve) => upstream.once('connect', resolve).once('close', resolve))
    upstream.end(whole.subarray(0, this.random.whole(1, whole.length - 1)))
    socket.destroy()
  }
}
