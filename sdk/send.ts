/**
 * Delivers envelopes. Each lies in a bounded queue before it is sent and leaves it only on a 2xx, byte for byte the same
 * on every try, so that the server can tell a repeat. What is sent while the page goes away is never taken for delivered.
 */
import { seal } from './keyring'
import { CORRECTION, keep, QUEUE, recall } from './state'
import type { Saying } from './wire/event'

export type Plaintext = [ts: number, page: string, referrer: string, width: number, ...sayings: Saying[]]

const MOST = 100
/** Below the 64 KiB that a browser lets requests hold that outlive their page. */
const MOST_CHARACTERS = 60_000
/** What the server takes in one request. */
const BATCH = 20
/** On a server of the page's own origin the Referer would name the page that the envelope hides. */
const QUIET = { referrerPolicy: 'no-referrer' } as const
/** Old proxies cut URLs near 2,000 characters. */
const LONGEST_URL = 1900
const FIRST_WAIT = 1000
const LONGEST_WAIT = 600_000
/** Ten minutes. Honest clocks differ by less. */
const SKEW = 600_000
/** Three days. The server refuses what is older, so that sealing it anew repeats nothing. */
const HORIZON = 259_200_000

/** Ends with the slash before an envelope. */
let url: URL
let isBusy: boolean
let hasOnlyImages: boolean
let backOff = FIRST_WAIT
/** What this page has sealed, by envelope, until it is acknowledged. */
const sealed: Record<string, Plaintext> = {}

export function aim(target: URL): void {
  url = target
}

/** Seals and queues it; `drain` sends it. */
export function add(plaintext: Plaintext): void {
  const envelope = seal(JSON.stringify(plaintext))
  const queue = [...recall()[QUEUE], envelope].slice(-MOST)
  while (queue.join().length > MOST_CHARACTERS) queue.shift()
  keep(QUEUE, queue)
  sealed[envelope] = plaintext
}

/** One request at a time: the next begins when this one's end, or the wait it asks for, is over. */
export async function drain(isLeaving?: boolean): Promise<unknown> {
  const batch = recall()[QUEUE].slice(-BATCH)
  const body = batch.join('\n')
  if (!body) return
  if (isLeaving && !hasOnlyImages) return navigator.sendBeacon(url, body)
  if (isBusy) return
  isBusy = true
  let wait = 0
  try {
    // One envelope is a URL; more, or a long one, is the body of a POST that needs no preflight.
    const isUrl = !batch[1] && body.length <= LONGEST_URL
    const how = { keepalive: true, credentials: 'omit', ...QUIET, ...(!isUrl && { method: 'POST', body }) } as const
    const answer = !hasOnlyImages && (await fetch(isUrl ? url + body : url, how).catch(() => {}))
    if (answer) {
      wait = Number(answer.headers.get('retry-after')) * 1000 || 0
      if (!answer.ok) throw wait
      hear(batch, Date.parse(answer.headers.get('date')!))
    } else {
      // Where a page's policy forbids fetch it often allows pictures, and a picture that loads was acknowledged.
      batch.length = 1
      await new Promise((onload, onerror) =>
        Object.assign(new Image(), { ...QUIET, onload, onerror, src: `${url}${batch}.gif` }),
      )
      hasOnlyImages = true
    }
    keep(
      QUEUE,
      recall()[QUEUE].filter((envelope) => !batch.includes(envelope)),
    )
    backOff = FIRST_WAIT
  } catch {
    // Grows, and differs from one browser to the next, or all would come back at once.
    backOff = Math.min(backOff * (1.5 + Math.random()), LONGEST_WAIT)
    wait = Math.max(wait, backOff)
  }
  setTimeout(retry, wait)
}

/** Sets the clock, and repeats what was refused because of it. */
function hear(envelopes: string[], server: number): void {
  const skew = server - Date.now()
  const correction = Math.abs(skew) > SKEW ? skew : 0
  const change = correction - recall()[CORRECTION]
  keep(CORRECTION, correction)
  for (const envelope of envelopes) {
    const plaintext = sealed[envelope]
    delete sealed[envelope]
    // What is old by the right clock too would be refused again.
    if (plaintext && plaintext[0] < server - HORIZON && plaintext[0] + change > server - HORIZON) {
      plaintext[0] += change
      add(plaintext)
    }
  }
}

/** As `drain`, and does not wait any longer. */
export function retry(): void {
  isBusy = false
  void drain()
}
