/**
 * Tells the Whale what was committed, while somebody tails the site. It never delays a commit and never throws into
 * one: what comes too fast is dropped and counted. Whether anybody listens is asked with a life's first commit and
 * told by the Whale from then on, so it is nowhere written.
 */
import type { Event } from '../../sdk/wire/event'
import { shown } from '../rollup/shown'
import type { Listener, News } from '../whale/tail'
import type { Entry } from './log'

/** More than anyone can read; a bound on what a storm costs the Whale. */
const MOST_A_SECOND = 200
/** One call is on its way at a time; meanwhile so many wait. */
const MOST_WAITING = 400
/** One message carries 32 MiB at most, and a character may take two bytes of it. */
const MOST_CHARACTERS = 4 * 1024 * 1024

export class Teller {
  private isHeard: boolean | undefined
  /** How often the Whale said so: its word is newer than an answer that was on its way. */
  private words = 0
  private waiting: News = { events: [], dropped: 0 }
  private characters = 0
  private isSending = false
  private second = 0
  private told = 0

  constructor(private readonly whale: () => Listener) {}

  /** The Whale's own word. */
  hear(isHeard: boolean): void {
    this.words += 1
    this.isHeard = isHeard
  }

  /** Call with what lies in the log; what it returns is for `waitUntil`. */
  async tell(entries: readonly Entry[], now: number): Promise<void> {
    if (this.isHeard === false) return
    for (const { text } of entries) this.add(JSON.parse(text), now)
    if (!this.isSending) await this.send()
  }

  private add(events: Event[], now: number): void {
    const second = Math.floor(now / 1000)
    if (second !== this.second) {
      this.second = second
      this.told = 0
    }
    for (const event of events) {
      const told = shown(event)
      const isTooMuch =
        this.told >= MOST_A_SECOND ||
        this.waiting.events.length >= MOST_WAITING ||
        this.characters + told.text.length > MOST_CHARACTERS
      if (isTooMuch) this.waiting.dropped += 1
      else {
        this.told += 1
        this.characters += told.text.length
        this.waiting.events.push(told)
      }
    }
  }

  private async send(): Promise<void> {
    this.isSending = true
    try {
      if (this.isHeard === undefined) await this.learn(() => this.whale().tailed())
      while (this.isHeard && (this.waiting.events.length || this.waiting.dropped)) {
        const news = this.waiting
        this.clear()
        await this.learn(() => this.whale().tell(news))
      }
    } catch {
      // Whether anybody still listens is asked with the next commit.
      this.isHeard = undefined
    }
    this.clear()
    this.isSending = false
  }

  private clear(): void {
    this.waiting = { events: [], dropped: 0 }
    this.characters = 0
  }

  private async learn(ask: () => Promise<boolean>): Promise<void> {
    const { words } = this
    const isHeard = await ask()
    if (words === this.words) this.isHeard = isHeard
  }
}
