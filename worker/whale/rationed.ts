/**
 * Rationed: a question to a Hail for whoever reads, of which a handful may be asked at once and one a second for long, since
 * each is a call and a look through its log. A reader joins one that begins after it came, so that whatever was acknowledged
 * before it asked is in what it hears.
 */

/** Longer than this no reader waits for a shard. */
const PATIENCE_MS = 500
/** So many may be asked in a row before the ration of one a second holds. */
const BURST = 8
const RATION_MS = 1_000

export class Rationed<Answer> {
  private next: Promise<Answer | undefined> | undefined
  private spare = BURST
  private refilled = 0

  /** What is answered to a question that begins no earlier than now; undefined where the shard is silent. */
  ask(question: () => Promise<Answer>): Promise<Answer | undefined> {
    this.next ??= this.start(question)
    return this.next
  }

  private async start(question: () => Promise<Answer>): Promise<Answer | undefined> {
    await scheduler.wait(this.delay(Date.now()))
    this.next = undefined
    const silence = scheduler.wait(PATIENCE_MS).then(() => undefined)
    return Promise.race([question(), silence]).catch(() => undefined)
  }

  /** Takes from the ration; milliseconds until it may be used. */
  private delay(now: number): number {
    this.spare = Math.min(BURST, this.spare + Math.max(0, now - this.refilled) / RATION_MS) - 1
    this.refilled = now
    return this.spare >= 0 ? 0 : -this.spare * RATION_MS
  }
}
