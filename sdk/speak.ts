/**
 * Gathers what was noticed, seals it and hands it to the sender. Holds the page load's key pair, and knows what time it is:
 * by the browser's clock, corrected where an answer has shown it to be wrong. What is worth saying is `notice`'s business.
 */
import { arrivalOf, type Options, type Place } from './context'
import { type Config, type Pair, pairNow, pairSoon } from './seal/pair'
import { seal } from './seal/seal'
import { sender } from './send'
import { keep, recall } from './storage'
import { dayOf, type Session, touch, visit } from './visit'
import type { Saying } from './wire/event'

const SESSION = 'graupel'
const CLOCK = 'graupel-clock'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** Honest clocks differ by less. */
const SKEW = 10 * MINUTE
/** The server refuses what is older, so that sealing it anew repeats nothing. */
const HORIZON = 3 * DAY
/** A key works for a week at least: a page that stays open asks in time. */
const KEY_AGE = 3 * DAY
/** A pair seals no more envelopes than this. */
const MOST_SEQS = 150
/** More in one envelope, and it outgrows a URL. */
const MOST_SAYINGS = 20

type Plaintext = [ts: number, page: string, referrer: string, width: number, ...sayings: Saying[]]

/** The configuration, taken out of a script as the server sends it. */
export async function configOf(script: string): Promise<Config> {
  const text = await (await fetch(script)).text()
  return JSON.parse(/\[\d+,\d+,"[\w-]{43}"[^\]]+]/.exec(text)![0])
}

function recallSession(): Session | undefined {
  try {
    return JSON.parse(recall(SESSION)!) ?? undefined
  } catch {}
}

export interface Speaker {
  /** Says it with the next envelope, which follows at once. Before the first view it waits for that. */
  say(saying: Saying): void
  /** Says a view of a place; what is said from now on is said there. */
  view(place: Place): void
  /** Seals what was said so far, and does not send it. */
  close(): void
  /** Sends what there is, for a page that goes away. */
  leave(): void
  drain(): void
  retry(): void
  /** The next envelope gets a new key pair. */
  renew(): void
}

/** `script` is the script's own URL, from whose origin it counts unless `options` name another host. */
export function speaker(config: Config, { host }: Options, script: string): Speaker {
  let pair: Pair | undefined
  let pairDay: number
  let configured = Date.now()
  let place: Place | undefined
  const said: Saying[] = []
  const sealed = new Map<string, Plaintext>()
  const { add, drain, retry, leave } = sender(new URL(config[4], host ?? script).href, hear)

  const clock = () => Number(recall(CLOCK))
  const now = () => Date.now() + clock()
  const today = () => dayOf(now(), config[3])
  const isSpent = () => !pair || pair.seq >= MOST_SEQS || pairDay !== today()

  function use(made: Pair): Pair {
    pairDay = today()
    pair = made
    return made
  }

  /** Has a key ready where that takes waiting. Where it fails there is still `pairNow`, once the page is at rest. */
  async function prepare(): Promise<void> {
    try {
      if (Date.now() - configured > KEY_AGE) {
        config = await configOf(script)
        configured = Date.now()
        pair = undefined
      }
      if (!isSpent()) return
      const made = await pairSoon(config)
      if (isSpent()) use(made)
    } catch {
      await new Promise<unknown>(self.requestIdleCallback ?? setTimeout)
    }
  }

  function enclose(plaintext: Plaintext): void {
    const envelope = seal(isSpent() ? use(pairNow(config)) : pair!, JSON.stringify(plaintext))
    sealed.set(envelope, plaintext)
    add(envelope)
  }

  function close(): void {
    if (!place) return
    while (said.length) {
      const session = recallSession()
      if (session) keep(SESSION, JSON.stringify(touch(session, now())))
      enclose([now(), place.page, session?.[6] ?? '', innerWidth, ...said.splice(0, MOST_SAYINGS)])
    }
  }

  /** Sets the clock, and repeats what was refused because of it. */
  function hear(envelopes: string[], date: string | null): void {
    const server = Date.parse(date!)
    const skew = server - Date.now()
    const wrong = clock()
    if (date) keep(CLOCK, String(Math.abs(skew) > SKEW ? skew : 0))
    for (const envelope of envelopes) {
      const plaintext = sealed.get(envelope)
      sealed.delete(envelope)
      if (!plaintext || !(plaintext[0] < server - HORIZON)) continue
      plaintext[0] += clock() - wrong
      enclose(plaintext)
    }
  }

  async function say(saying: Saying): Promise<void> {
    said.push(saying)
    if (!place) return
    await prepare()
    try {
      close()
      drain()
    } catch {}
  }

  return {
    say,
    view(next) {
      // The page's referrer brought its first view only: a session that begins on it hours later began by itself.
      const referrer = place ? '' : arrivalOf(document.referrer, location)
      place = next
      const before = recallSession()
      const [session, saying] = visit(before, { now: now(), offset: config[3], path: next.path, referrer })
      const isKept = keep(SESSION, JSON.stringify(session))
      // Without storage all that can be known is whether somebody came from elsewhere just now.
      say(isKept ? saying : ['p', referrer ? 1 : 0, 0, '', ''])
    },
    close,
    leave,
    drain,
    retry,
    renew() {
      pair = undefined
    },
  }
}
