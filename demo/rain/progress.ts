/** How far it is: on a terminal a bar that is drawn over and over, elsewhere a line every few seconds. */
const WIDTH = 28
/** Milliseconds between two drawings, and between two lines. */
const OFTEN = 100
const SELDOM = 5_000

export class Progress {
  private readonly out: NodeJS.WriteStream
  private readonly total: number
  private readonly events: number
  private readonly unit: string
  private readonly began = Date.now()
  private done = 0
  private told = Date.now()

  /** `total` is all that is sent for `events`: some are told in two pieces. */
  constructor(out: NodeJS.WriteStream, total: number, events: number, unit = 'events') {
    this.unit = unit
    this.out = out
    this.total = total
    this.events = events
  }

  add(pieces: number): void {
    this.done += pieces
    const now = Date.now()
    if (now - this.told < (this.out.isTTY ? OFTEN : SELDOM)) return
    this.told = now
    this.tell(now)
  }

  end(): void {
    this.tell(Date.now())
    if (this.out.isTTY) this.out.write('\n')
  }

  private tell(now: number): void {
    const { done, total, events, unit, began, out } = this
    const seconds = Math.max(0.001, (now - began) / 1000)
    const share = Math.min(1, done / total)
    const words = [
      `${Math.floor(100 * share)} %`.padStart(5),
      `${Math.round(share * events).toLocaleString('en')} ${unit}`,
      `${Math.round((share * events) / seconds).toLocaleString('en')}/s`,
      done < total ? `${Math.ceil(seconds / share - seconds)} s left` : `in ${seconds.toFixed(1)} s`,
    ].join(', ')
    if (!out.isTTY) return void out.write(`${words}\n`)
    const full = Math.round(WIDTH * share)
    out.write(`\r${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${words}\u001b[K`)
  }
}
