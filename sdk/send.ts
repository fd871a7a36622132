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
const LONGEST_WAIT = 3_600_000
/** 2^9 seconds: eight minutes between tries when it stays away. */
const MOST_DOUBLINGS = 9

export interface Sender {
  /** Queues an envelope; `drain` sends it. */
  add(envelope: string): void
  drain(): void
  /** As `drain`, and does not wait any longer. */
  retry(): void
  /** Sends without an answer, for a page that goes away. */
  leave(): void
}

/** `url` ends with the slash before an envelope. `heard` gets what was acknowledged, and the answer's `Date` if there is one. */
export function sender(url: string, heard: (envelopes: string[], date?: string | null) => void): Sender {
  let isBusy = false
  let hasOnlyImages = false
  let tries = 0
  let resume = 0

  const queued = () => (recall(QUEUE) ?? '').split('\n').filter(Boolean)
  const write = (envelopes: string[]) => keep(QUEUE, envelopes.join('\n'))

  async function post(envelopes: string[]) {
    const answer = await fetch(url, {
      method: 'POST',
      body: envelopes.join('\n'),
      keepalive: true,
      credentials: 'omit',
    })
    if (!answer.ok) throw answer
    heard(envelopes, answer.headers.get('date'))
    return envelopes
  }

  /** Where a page's policy forbids fetch it often allows pictures. */
  const draw = (envelopes: string[]) =>
    new Promise<string[]>((resolve, onerror) => {
      const sent = envelopes.slice(0, 1)
      Object.assign(new Image(), { onload: () => resolve(sent), onerror, src: url + sent + '.gif' })
    })

  async function deliver(envelopes: string[]) {
    if (hasOnlyImages) return draw(envelopes)
    try {
      return await post(envelopes)
    } catch (answer) {
      if (answer instanceof Response || !navigator.onLine) throw answer
      const sent = await draw(envelopes)
      hasOnlyImages = true
      return sent
    }
  }

  async function drain() {
    const envelopes = queued().slice(0, BATCH)
    if (isBusy || !envelopes.length || Date.now() < resume) return
    isBusy = true
    try {
      const sent = await deliver(envelopes)
      write(queued().filter((envelope) => !sent.includes(envelope)))
      tries = 0
      setTimeout(drain)
    } catch (answer) {
      const asked = answer instanceof Response ? Number(answer.headers.get('retry-after')) * 1000 || 0 : 0
      const wait = FIRST_WAIT * 2 ** Math.min(tries++, MOST_DOUBLINGS) * (0.5 + Math.random())
      const due = Math.min(Math.max(asked, wait), LONGEST_WAIT)
      resume = Date.now() + due
      setTimeout(retry, due)
    }
    isBusy = false
  }

  function retry() {
    resume = 0
    drain()
  }

  return {
    add(envelope) {
      const envelopes = [...queued(), envelope].slice(-MOST)
      while (envelopes.join().length > MOST_CHARACTERS) envelopes.shift()
      write(envelopes)
    },
    drain,
    retry,
    leave() {
      const envelopes = queued().slice(-BATCH)
      if (hasOnlyImages) drain()
      else if (envelopes.length) navigator.sendBeacon(url, envelopes.join('\n'))
    },
  }
}
