/**
 * What a browser asks for by header. The script obeys by itself and sends nothing. A pixel has no script: there its owner
 * still learns what he sealed, such as an order's sum, and nothing of who it was.
 */
import type { Facts } from './facts'
import { UNKNOWN } from './name'

/** The bits of a site's `respect`, and the header that says so. */
const SIGNALS = [
  [1, 'sec-gpc'],
  [2, 'dnt'],
] as const

export const isOptedOut = (respect: number, header: (name: string) => string | undefined): boolean =>
  SIGNALS.some(([bit, name]) => respect & bit && header(name) === '1')

/** What is counted of one who opted out: that it was somebody. */
export const NOBODY: Facts = {
  agent: { browser: UNKNOWN, os: UNKNOWN, device: UNKNOWN },
  geo: {},
  language: UNKNOWN,
}
