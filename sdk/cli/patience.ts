/**
 * Waiting for what a network needs a while to know. What fails is tried again until the patience is over, and whoever waits
 * is told for what, now and then.
 */
import { Stop } from './stop'

const PAUSE_MS = 1000
const NEWS_MS = 5000

export class Patience {
  private readonly until: number
  private readonly tell: (line: string) => void
  private told = performance.now()

  constructor(seconds: number, tell: (line: string) => void) {
    this.until = performance.now() + seconds * 1000
    this.tell = tell
  }

  /** Once at least; in the end with the last reason. */
  async with<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        if (!(error instanceof Stop) || performance.now() + PAUSE_MS > this.until) throw error
        this.news(error.message)
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  private news(reason: string): void {
    if (performance.now() - this.told < NEWS_MS) return
    this.told = performance.now()
    this.tell(`waiting: ${reason.split('\n')[0]}`)
  }
}
