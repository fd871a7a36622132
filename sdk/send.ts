/**
 * Delivers envelopes. Each lies in a bounded queue before it is sent and leaves it only on a 2xx, byte for byte the same
 * on every try, so that the server can tell a repeat. What is sent while the page goes away is never taken for delivered.
 */
import { quietly } from './quietly'
import { seal } from './seal/seal'
import { CORRECTION, DROPPED, keep, now, put, recall, store } from './state'
import { config, options, script } from './tag'
import type { Saying } from './wire/event'

export type Plaintext = [ts: number, page: string, referrer: string, width: number, ...sayings: Saying[]]

const MOST = 100
/** Below the 64 KiB that a browser lets requests hold that outlive their page. */
const MOST_CHARACTERS = 60_000
/** Of as many digits as the times of today: 2001. */
const LONG_AGO = 1e12
/** What the server takes in one request. */
const BATCH = 20
/** Old proxies cut URLs near 2,000 characters. */
const LONGEST_URL = 1900
const FIRST_WAIT = 1000
const LONGEST_WAIT = 600_000
/** Seconds. Twice as many milliseconds no timer can hold: it would ring at once. */
const LONGEST_ASKED = 1e6
/** Ten minutes. Honest clocks differ by less. */
const SKEW = 600_000

let isBusy: boolean
let hasOnlyImages: boolean
let backOff = FIRST_WAIT
/** Of this page's envelopes, with leading digits so that it sorts as text. */
let order = 1000
/** What was noticed and is not sealed yet. */
export const said: Saying[] = []

/**
 * The names under which envelopes wait: the time, a number and chance, so that they sort by age and no tab takes another's.
 * What else a page calls so is none of ours.
 */
const waiting = () =>
  Object.keys(store)
    .filter((name) => /^graupel \d{13}/.test(name))
    .sort()

const textOf = (names: string[]) => names.map((name) => store[name]).join('\n')

/** Seals and queues it; `drain` sends it. */
export const add = (plaintext: Plaintext): void => {
  const text = seal(JSON.stringify(plaintext))
  // What no request can hold is older than all, and takes nothing else with it.
  put('graupel ' + (text[MOST_CHARACTERS] ? LONG_AGO : now()) + ++order + Math.random(), text)
  const names = waiting()
  while (names[MOST] || textOf(names)[MOST_CHARACTERS]) {
    delete store[names.shift()!]
    keep(DROPPED, recall()[DROPPED] + 1)
  }
}

/** One request at a time: the next begins when this one's end, or the wait it asks for, is over. */
export const drain = quietly(async (isLeaving?: boolean) => {
  let batch = waiting().slice(-BATCH)
  const body = textOf(batch)
  const target = new URL(config[4], options.host ?? script)
  if (!body) return
  if (isLeaving && !hasOnlyImages) return navigator.sendBeacon(target, body)
  if (isBusy) return
  isBusy = true
  try {
    // One envelope is a URL; more, or a long one, is the body of a POST that needs no preflight.
    const isUrl = !batch[1] && !body[LONGEST_URL]
    const ask = (url: URL) =>
      fetch(url + (isUrl ? body : ''), {
        keepalive: true,
        credentials: 'omit',
        // On a server of the page's own origin the Referer would name the page that the envelope hides.
        referrerPolicy: 'no-referrer',
        ...(!isUrl && { method: 'POST', body }),
      }).catch(() => {})
    let answer = !hasOnlyImages && (await ask(target))
    if (options.also && !(answer && answer.status < 500)) answer = await ask(new URL(config[4], options.also))
    const dropped = recall()[DROPPED]
    if (answer) {
      if (answer.status !== 204) throw answer.headers.get('retry-after')
      // There is room again, so that it is not dropped itself.
      if (dropped) said.push(['l', dropped])
      const skew = Date.parse(answer.headers.get('date')!) - Date.now()
      keep(CORRECTION, Math.abs(skew) > SKEW ? skew : 0, 0)
    } else {
      // Where a page's policy forbids fetch it often allows pictures, and a picture that loads was acknowledged.
      // What is too long for one waits for a page that may fetch.
      batch = batch.filter((name) => !store[name]![LONGEST_URL])
      if (!batch[0]) throw 0
      batch.length = 1
      const picture = { referrerPolicy: 'no-referrer', src: target + textOf(batch) + '.gif' }
      await Object.assign(new Image(), picture).decode()
      hasOnlyImages = true
    }
    for (const name of batch) delete store[name]
    backOff = FIRST_WAIT
    retry()
  } catch (after) {
    // Grows, and differs from one browser to the next, or all would come back at once.
    backOff = Math.min(backOff * (1.5 + Math.random()), LONGEST_WAIT)
    // Seconds in digits, or whatever went wrong.
    setTimeout(retry, Math.max(backOff, Math.min(after as number, LONGEST_ASKED) * 1000 || 0))
  }
})

/** As `drain`, and does not wait any longer. */
export const retry = (): void => {
  isBusy = false
  void drain()
}
