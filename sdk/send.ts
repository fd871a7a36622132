/**
 * Delivers envelopes. Each lies in a bounded queue before it is sent and leaves it only on a 2xx, byte for byte the same
 * on every try, so that the server can tell a repeat. What is sent while the page goes away is never taken for delivered.
 */
import { seal } from './seal/seal'
import { CORRECTION, DROPPED, keep, now, put, recall, store } from './state'
import { config, options, script } from './tag'
import type { Saying } from './wire/event'

export type Plaintext = [ts: number, page: string, referrer: string, width: number, ...sayings: Saying[]]

const MOST = 100
/** Below the 64 KiB that a browser lets requests hold that outlive their page. */
const MOST_CHARACTERS = 60_000
/** What the server takes in one request. */
const BATCH = 20
/** Old proxies cut URLs near 2,000 characters. */
const LONGEST_URL = 1900
const FIRST_WAIT = 1000
const LONGEST_WAIT = 600_000
/** Ten minutes. Honest clocks differ by less. */
const SKEW = 600_000

let isBusy: boolean
let hasOnlyImages: boolean
let backOff = FIRST_WAIT
/** Of this page's envelopes, with leading digits so that it sorts as text. */
let order = 1000
/** What was noticed and is not sealed yet. */
export const said: Saying[] = []

/** The names under which envelopes wait: the time, a number and chance, so that they sort by age and no tab takes another's. */
const waiting = () =>
  Object.keys(store)
    .filter((name) => name.startsWith('graupel '))
    .sort()

const textOf = (names: string[]) => names.map((name) => store[name]).join('\n')

/** Seals and queues it; `drain` sends it. */
export const add = (plaintext: Plaintext): void => {
  put('graupel ' + now() + ++order + Math.random(), seal(JSON.stringify(plaintext)))
  const names = waiting()
  while (names[MOST] || textOf(names).length > MOST_CHARACTERS) {
    delete store[names.shift()!]
    keep(DROPPED, recall()[DROPPED] + 1)
  }
}

/** One request at a time: the next begins when this one's end, or the wait it asks for, is over. */
export const drain = async (isLeaving?: boolean): Promise<unknown> => {
  const batch = waiting().slice(-BATCH)
  const body = textOf(batch)
  const target = new URL(config[4], options.host ?? script)
  if (!body) return
  if (isLeaving && !hasOnlyImages) return navigator.sendBeacon(target, body)
  if (isBusy) return
  isBusy = true
  try {
    // One envelope is a URL; more, or a long one, is the body of a POST that needs no preflight.
    const isUrl = !batch[1] && body.length <= LONGEST_URL
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
      if (!answer.ok) throw answer.headers.get('retry-after')
      // There is room again, so that it is not dropped itself.
      if (dropped) said.push(['l', dropped])
      const skew = Date.parse(answer.headers.get('date')!) - Date.now()
      keep(CORRECTION, Math.abs(skew) > SKEW ? skew : 0, 0)
    } else {
      // Where a page's policy forbids fetch it often allows pictures, and a picture that loads was acknowledged.
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
    setTimeout(retry, Math.max(backOff, (after as number) * 1000 || 0)) // Seconds in digits, or whatever went wrong.
  }
}

/** As `drain`, and does not wait any longer. */
export const retry = (): void => {
  isBusy = false
  void drain()
}
