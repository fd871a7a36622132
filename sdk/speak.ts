/**
 * Gathers what was noticed, seals it and hands it to the sender. Holds the page load's key pair, and knows what time it is:
 * by the browser's clock, corrected where an answer has shown it to be wrong. What is worth saying is `notice`'s business.
 */
import { arrivalOf, type Options, pageOf, pathOf } from './context'
import { type Config, type Pair, pairNow, pairSoon } from './seal/pair'
import { seal } from './seal/seal'
import { add, aim, drain } from './send'
import { isForgetful, keep, recall } from './storage'
import { isOn, periodsOf, type Session, visit } from './visit'
import type { Saying } from './wire/event'

const SESSION = 'graupel'
const CLOCK = 'graupel-clock'

const MINUTE = 60_000
/** Honest clocks differ by less. */
const SKEW = 10 * MINUTE
/** The server refuses what is older, so that sealing it anew repeats nothing. */
const HORIZON = 3 * 1440 * MINUTE
/** A key works for a week at least: a page that stays open asks in time. */
const KEY_AGE = HORIZON
/** A pair seals no more envelopes than this, or hardly. */
const MOST_SEQS = 150
/** More in one envelope, and it outgrows a URL. */
const MOST_SAYINGS = 20

type Plaintext = [ts: number, page: string, referrer: string, width: number, ...sayings: Saying[]]

let config: Config
let options: Options
let script: string
let configured: number
let pair: Pair | undefined
let pairDay: number | undefined
/** The page of the last view; what is said is said there. */
let page: string | undefined
const said: Saying[] = []
const sealed: Record<string, Plaintext> = {}

let clock = recall<number>(CLOCK) ?? 0
const now = () => Date.now() + clock

/** `url` is the script's own, from whose origin it counts unless the options name another host. */
export function introduce(values: Config, attributes: Options, url: string): void {
  config = values
  options = attributes
  script = url
  configured = now()
  aim(new URL(config[4], options.host ?? url).href, hear)
}

/** The configuration, taken out of a script as the server sends it. */
export const configOf = async (url: string): Promise<Config> =>
  JSON.parse((await (await fetch(url)).text()).match(/\[\d+,\d+,"[^\]]+]/)![0])

/** The next envelope gets a new key pair. */
export function renew(): void {
  pair = undefined
}

/** Has a key ready where that takes waiting; where that fails, `close` makes one at once. */
async function prepare(): Promise<void> {
  const [today] = periodsOf(now(), config[3])
  if (pairDay !== today || pair!.seq >= MOST_SEQS) renew()
  pairDay = today
  if (now() - configured > KEY_AGE) {
    config = await configOf(script)
    configured = now()
    renew()
  }
  if (pair) return
  const made = await pairSoon(config)
  pair ??= made
}

/** Says it with the next envelope, which follows at once. What comes before the first view waits for that. */
export async function say(saying: Saying): Promise<void> {
  said.push(saying)
  if (!page) return
  try {
    await prepare().catch(() => {})
    close()
    drain()
  } catch {}
}

/** Seals what was said so far, and does not send it. */
export function close(): void {
  while (page && said[0]) {
    const session = recall<Session>(SESSION)!
    if (isOn(session, now())) session[0] = now()
    keep(SESSION, session)
    enclose([now(), page, session[6], innerWidth, ...said.splice(0, MOST_SAYINGS)])
  }
}

function enclose(plaintext: Plaintext): void {
  const envelope = seal((pair ??= pairNow(config)), JSON.stringify(plaintext))
  sealed[envelope] = plaintext
  add(envelope)
}

/** Sets the clock, and repeats what was refused because of it. */
function hear(envelopes: string[], date: string | null): void {
  const server = Date.parse(date!)
  const skew = server - Date.now()
  const wrong = clock
  clock = Math.abs(skew) > SKEW ? skew : 0
  keep(CLOCK, clock)
  for (const envelope of envelopes) {
    const plaintext = sealed[envelope]
    delete sealed[envelope]
    if (plaintext && plaintext[0] < server - HORIZON) {
      plaintext[0] += clock - wrong
      enclose(plaintext)
    }
  }
}

export const hasMoved = (): boolean => page !== pageOf(location, options)

/** Says that this page is seen, and what that is the first of. */
export function view(): void {
  // The page's referrer brought its first view only: a session that begins on it hours later began by itself.
  const referrer = page ? '' : arrivalOf(document.referrer, location)
  const path = pathOf(location, options)
  const fresh: Session = [now(), now(), now(), 1, path, path, referrer]
  const [session, saying] = visit(recall(SESSION), fresh, config[3])
  keep(SESSION, session)
  page = pageOf(location, options)
  // Without storage all that can be known is whether somebody came from elsewhere just now.
  say(isForgetful ? ['p', referrer ? 1 : 0, 0, '', ''] : saying)
}
