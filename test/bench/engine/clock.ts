/**
 * The isolate's clock, turned by hand: days pass in seconds, and the same run always sees the same times.
 * While it is played, `scheduler.wait` waits for this clock too, so that commits gather the company they would have had.
 */

interface Wait {
  due: number
  end(): void
}

let now = 0
let isPlayed = false
let waits: Wait[] = []

const waitReally = scheduler.wait.bind(scheduler)
Date.now = () => now
scheduler.wait = (ms, options) =>
  isPlayed && ms > 0 ? new Promise((end) => waits.push({ due: Math.ceil(now + ms), end })) : waitReally(ms, options)

export const clock = {
  get now() {
    return now
  },
  /** Never back. */
  set(ms: number): void {
    now = Math.max(now, ms)
  },
  /** Whether waits wait for this clock. */
  play(on: boolean): void {
    isPlayed = on
    waits = []
  },
  /** When the first wait ends. */
  get nextWait(): number {
    return waits.reduce((least, { due }) => Math.min(least, due), Number.POSITIVE_INFINITY)
  },
  endWaits(): void {
    const due = waits.filter((wait) => wait.due <= now)
    waits = waits.filter((wait) => wait.due > now)
    for (const { end } of due) end()
  },
}
