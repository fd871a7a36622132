/**
 * Lets drops fall: some at once, each until it is taken. Whatever has no answer, or is asked to come later, comes again as it
 * was, byte for byte: that it counts once is the server's business, by the ids that are in it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Stop } from '../../sdk/cli/stop'
import type { Drop, Request } from './drop'

/** A server that is not busy waits up to a quarter of a second for 32 events to share a commit: so more than that. */
const AT_ONCE = 64
const FIRST_WAIT = 200
const LONGEST_WAIT = 10_000
/** An answer takes milliseconds; after so long it was lost. */
const LONGEST_ANSWER = 20_000
/** Without a single answer for so long, nobody is there any more. */
const PATIENCE = 60_000

export interface Fallen {
  /** Of crawlers' events, those that were refused, and those told by a program that it had not heard before. */
  refusedAnew: number
  /** Whether a drop had to come again: then what was refused may have been refused twice. */
  isDisturbed: boolean
}

/** `tell` hears of the events of each drop that was taken. */
export async function fall(origin: string, drops: Iterable<Drop>, tell: (events: number) => void): Promise<Fallen> {
  const fallen: Fallen = { refusedAnew: 0, isDisturbed: false }
  const line = new Line(origin, () => (fallen.isDisturbed = true))
  const waiting = drops[Symbol.iterator]()
  async function pour(): Promise<void> {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const { isBot, events, request } = next.value
      const answer = await line.send(request())
      // A beacon's answer tells nobody whether it was refused.
      if (isBot) fallen.refusedAnew += answer ? (JSON.parse(answer) as { accepted: number }).accepted : events
      tell(events)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, pour))
  return fallen
}

/** To one server: whoever is on it shares when it was last heard. */
export class Line {
  private readonly origin: string
  private readonly again: () => void
  private heard = Date.now()

  /** `again` hears of each request that has to be sent once more. */
  constructor(origin: string, again: () => void = () => {}) {
    this.origin = origin
    this.again = again
  }

  /** The answer's text, of a request that was taken. */
  async send(request: Request): Promise<string> {
    const { origin } = this
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const answer = await answerOf(origin, request)
      if (answer?.isTaken) {
        this.heard = Date.now()
        return answer.text
      }
      this.again()
      const after = answer?.after ?? 0
      // Whoever asks for patience is there.
      if (after) this.heard = Date.now() + after
      if (Date.now() - this.heard > PATIENCE) throw new Stop(`no answer from ${origin} for ${PATIENCE / 1000} s`)
      await sleep(Math.max(after, wait * (0.5 + Math.random() / 2)))
    }
  }
}

interface Answer {
  isTaken: boolean
  text: string
  /** Milliseconds that the server asks for, 0 where it does not say. */
  after: number
}

/** Nothing, where none came, or none that is whole. What a server will never take is a Stop. */
async function answerOf(origin: string, { path, ...request }: Request): Promise<Answer | undefined> {
  const signal = AbortSignal.timeout(LONGEST_ANSWER)
  const answer = await fetch(origin + path, { ...request, signal }).catch(() => undefined)
  const text = await answer?.text().catch(() => undefined)
  if (!answer || text === undefined) return undefined
  const { ok: isTaken, status, headers } = answer
  if (!isTaken && status < 500 && status !== LATER) {
    throw new Stop(`the server answered ${status}: ${text.slice(0, 300)}`)
  }
  return { isTaken, text, after: 1000 * (Number(headers.get('retry-after')) || 0) }
}
/** Too many requests. */
const LATER = 429
