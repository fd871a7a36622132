/** When an event counts, by the sender's clock and ours. A clock that is a little wrong must not lose a visitor. */
import type { Reason } from './refusal'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Phones sleep, mails wait: a queued beacon may be this old. Ids are remembered exactly as long. */
const HORIZON = 72 * HOUR
/** Further ahead than a key's next week reaches, no honest clock is. */
export const AHEAD = 8 * 24 * HOUR
/** Ordinary clocks differ by less; such an event keeps its own time. */
export const SKEW = 10 * MINUTE

/** `ts` is the raw time inside the envelope, unix milliseconds. */
export function judge(ts: number, now: number): { at: number } | { refusal: Extract<Reason, 'late' | 'ahead'> } {
  if (now - ts > HORIZON) return { refusal: 'late' }
  if (ts - now > AHEAD) return { refusal: 'ahead' }
  return { at: ts - now > SKEW ? now : ts }
}
