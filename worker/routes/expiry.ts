/** When a grant ends, as a request gives it: unix seconds, ahead of now; 0 or nothing for never. */
import { MOST_SECONDS } from '../../sdk/wire/minting'
import { type Fields, number } from './fields'
import { Problem } from './problem'

export function expiryOf(fields: Fields, now: number): number {
  const { expires: given } = fields
  // Milliseconds have been past the last second since 1978.
  if (typeof given === 'number' && given > MOST_SECONDS) {
    const what = `must be unix seconds, at most ${MOST_SECONDS}; it looks like milliseconds`
    throw new Problem(400, `expires ${what}`, 'expires')
  }
  const expires = number(fields, 'expires', 0, MOST_SECONDS) ?? 0
  if (expires && expires * 1000 <= now)
    throw new Problem(400, 'expires lies in the past: give unix seconds ahead of now, or 0 for never', 'expires')
  return expires
}
