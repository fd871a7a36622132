/**
 * Speaks to one upstream: another Graupel under one address. Whatever goes wrong is a failure with a reason, and when to
 * come again; the write key stands in no reason, whatever the other side answers.
 */
import type { Forwarded, Received } from '../../sdk/wire/forward'

/** Whoever does not answer a question so long is away. */
const ASK_MS = 10_000
/** A slice is a few hundred kilobytes, packed, and lies on a disk before it is answered. */
const SEND_MS = 60_000
/** After a failure: twice as long each time, up to a bound. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** An upstream may ask for more patience, and not for any. */
const LONGEST_WAIT_MS = 3_600_000
/** No clock is so far ahead that a cursor beyond is one of ours. */
const AHEAD_MS = 86_400_000
const PER_MS = 1024
/** A reason is a line. */
const REASON_CHARACTERS = 200
/** What another server answers may be anything. */
const ANSWER_CHARACTERS = 10_000

/** What only the owner can mend: a key that is not known there, a site that is gone, a loop. */
const FINAL = new Set([400, 401, 403, 404, 405, 409])
const TOO_LARGE = 413

export interface Failure {
  failure: string
  /** The slice is too large for something on the way. */
  isTooLarge?: true
}

export interface Mishap {
  /** Unix milliseconds. */
  at: number
  upstream: string
  message: string
}

type Log = Pick<Forwarded, 'source' | 'generation' | 'via'>

export class Upstream {
  /** Not to be asked again before then, unix milliseconds. */
  notBefore = 0
  /** When it last said how far it is, unix milliseconds. */
  asked = 0
  mishap: Mishap | undefined
  private failures = 0

  constructor(
    readonly origin: string,
    private readonly key: string,
  ) {}

  isOf(key: string): boolean {
    return this.key === key
  }

  /** Who it is, and how far it has a log. Too many sites for an address may stand in `via`, so they are compared here. */
  ask({ source, generation, via }: Log): Promise<Received | Failure> {
    const query = new URLSearchParams({ source, generation })
    const ask = () => this.fetch(`/api/slices?${query}`, { signal: AbortSignal.timeout(ASK_MS) })
    // A connection kept from last time may be one to a server that has begun anew since.
    return this.call(() => ask().catch((error) => (error.retryable ? ask() : Promise.reject(error))), via)
  }

  /** Hands over a slice; where that fails nobody knows whether it is there. */
  async send(text: string): Promise<Received | Failure> {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const body = await packed(text)
    const signal = AbortSignal.timeout(SEND_MS)
    return this.call(() => this.fetch('/api/slices', { method: 'POST', headers, body, signal }))
  }

  /** A key goes to the address that the owner gave, and nowhere else. */
  private fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...init.headers, Authorization: `Bearer ${this.key}` }
    return fetch(this.origin + path, { ...init, headers, redirect: 'manual' })
  }

  /** What came from a receiver, by whatever way, would go round for ever. */
  private async call(ask: () => Promise<Response>, via: readonly string[] = []): Promise<Received | Failure> {
    try {
      const response = await ask()
      const text = (await response.text()).slice(0, ANSWER_CHARACTERS)
      const received = response.ok ? receivedIn(text, Date.now()) : undefined
      if (!received) return this.failed(reasonIn(response, text), response)
      if (via.includes(received.receiver)) return this.failed('is where some of this comes from: a loop')
      this.failures = 0
      this.mishap = undefined
      this.asked = Date.now()
      return received
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      // So the runtime says what it does not want to say.
      const reason = message.startsWith('internal error') ? 'see its name, certificate and network' : message
      return this.failed(`does not answer: ${reason}`)
    }
  }

  /** It is left alone for a while. */
  failed(reason: string, response?: Response): Failure {
    const now = Date.now()
    const asked = Number(response?.headers.get('retry-after')) * 1000
    const own = Math.min(RETRY_MS * 2 ** this.failures++, LONGEST_RETRY_MS)
    const wait = response && FINAL.has(response.status) ? LONGEST_RETRY_MS : own
    this.notBefore = now + Math.max(wait, Math.min(Number.isFinite(asked) ? asked : 0, LONGEST_WAIT_MS))
    const message = reason.replaceAll(this.key, '…').slice(0, REASON_CHARACTERS)
    if (this.mishap?.message !== message) console.error(`forward: ${this.origin} ${message}`)
    this.mishap = { at: now, upstream: this.origin, message }
    return { failure: message, ...(response?.status === TOO_LARGE && { isTooLarge: true }) }
  }
}

async function packed(text: string): Promise<ArrayBuffer> {
  return new Response(new Response(text).body?.pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

function receivedIn(text: string, now: number): Received | undefined {
  const { receiver, cursor } = (parsed(text) ?? {}) as Partial<Received> // Anything; each is looked at.
  const isSane = Number.isSafeInteger(cursor) && cursor! >= 0 && cursor! <= (now + AHEAD_MS) * PER_MS
  return typeof receiver === 'string' && receiver && isSane ? { receiver, cursor: cursor! } : undefined
}

function reasonIn({ status, ok, headers }: Response, text: string): string {
  if (ok) return 'does not answer as a Graupel would'
  if (status >= 300 && status < 400)
    return `sends elsewhere (${status}, ${headers.get('location') ?? ''}): give that address`
  const { detail } = (parsed(text) ?? {}) as { detail?: unknown } // A problem, if it is a Graupel's.
  return `answers ${status}${typeof detail === 'string' ? `: ${detail}` : ''}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
