/**
 * Delivers envelopes. Each lies in a bounded queue before it is sent and leaves it only on a 2xx, byte for byte the same
 * on every try, so that the server can tell a repeat. What is sent while the page goes away is never taken for delivered.
 */
import { keep, recall } from './storage'

const QUEUE = 'graupel-queue'
const MOST = 100
/** Below the 64 KiB that a browser lets requests hold that outlive their page. */
const MOST_CHARACTERS = 60_000
/** What the server takes in one request. */
const BATCH = 20
const FIRST_WAIT = 1000
const LONGEST_WAIT = 600_000

type Hear = (envelopes: string[], date: string | null) => void

let url: string
let hear: Hear
let isBusy: boolean
let hasOnlyImages: boolean
let backOff = FIRST_WAIT

/** `target` ends with the slash before an envelope. `listener` gets what was acknowledged, and the answer's `Date`. */
export function aim(target: string, listener: Hear): void {
  url = target
  hear = listener
}

const queued = () => recall<string[]>(QUEUE) ?? []

/** Queues an envelope; `drain` sends it. */
export function add(envelope: string): void {
  const envelopes = [...queued(), envelope].slice(-MOST)
  while (envelopes.join().length > MOST_CHARACTERS) envelopes.shift()
  keep(QUEUE, envelopes)
}

/** One request at a time: the next begins when this one's end, or the wait it asks for, is over. */
export async function drain(): Promise<void> {
  const batch = queued().slice(0, BATCH)
  if (isBusy || !batch[0]) return
  isBusy = true
  let wait = 0
  try {
    const body = batch.join('\n')
    const post = { method: 'POST', body, keepalive: true, credentials: 'omit' } as const
    const answer = !hasOnlyImages && (await fetch(url, post).catch(() => {}))
    if (answer) {
      wait = Number(answer.headers.get('retry-after')) * 1000
      if (!answer.ok) throw wait
      hear(batch, answer.headers.get('date'))
    } else {
      // Where a page's policy forbids fetch it often allows pictures, and a picture that loads was acknowledged.
      batch.length = 1
      await new Promise((onload, onerror) => Object.assign(new Image(), { onload, onerror, src: url + batch + '.gif' }))
      hasOnlyImages = true
    }
    keep(
      QUEUE,
      queued().filter((envelope) => !batch.includes(envelope)),
    )
    backOff = FIRST_WAIT
  } catch {
    wait = Math.max(wait, backOff * (0.5 + Math.random()))
    backOff = Math.min(2 * backOff, LONGEST_WAIT)
  }
  setTimeout(retry, wait)
}

/** As `drain`, and does not wait any longer. */
export function retry(): void {
  isBusy = false
  drain()
}

/** Sends without an answer, for a page that goes away. */
export function leave(): void {
  const batch = queued().slice(-BATCH)
  if (hasOnlyImages) drain()
  else if (batch[0]) navigator.sendBeacon(url, batch.join('\n'))
}
