/** What time it is, unix milliseconds: by the browser's clock, and what an answer has shown it to be wrong by. */
import { keep, recall } from './storage'

const CLOCK = 'graupel-clock'
/** Honest clocks differ by less than ten minutes. */
const SKEW = 600_000

let correction = recall<number>(CLOCK) ?? 0

export const now = (): number => Date.now() + correction

/** Learns the server's time, and returns by how much `now` has changed. */
export function correct(server: number): number {
  const before = now()
  const skew = server - Date.now()
  correction = Math.abs(skew) > SKEW ? skew : 0
  keep(CLOCK, correction)
  return now() - before
}
