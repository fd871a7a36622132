/**
 * How a browser came to ask for a URL, by what it says itself (Fetch Metadata; https pages and localhost alone). What
 * says nothing is counted: old browsers, mail programs, servers. `Sec-Fetch-Site` tells nothing that origins do not.
 */
import type { Reason } from './refusal'

interface Rule {
  header: string
  /** Of a header that is there. */
  refuses: RegExp
  refusal: Extract<Reason, 'prefetch' | 'dest'>
}

const RULES: readonly Rule[] = [
  // A page that is only prepared was shown to nobody. Before there was a standard each browser had a header of its own.
  { header: 'sec-purpose', refuses: /prefetch|prerender/, refusal: 'prefetch' },
  { header: 'purpose', refuses: /prefetch|preview/, refusal: 'prefetch' },
  { header: 'x-purpose', refuses: /preview/, refusal: 'prefetch' },
  { header: 'x-moz', refuses: /prefetch/, refusal: 'prefetch' },
  // Scripts fetch and send beacons to `empty`, pictures are an `image`. Whoever opens the URL itself looks at a document.
  { header: 'sec-fetch-dest', refuses: /^(?!(?:image|empty)$)/, refusal: 'dest' },
  { header: 'sec-fetch-mode', refuses: /^navigate$/, refusal: 'dest' },
]

/** Why what was asked for in this way is not counted; undefined where it is. */
export function fetchRefusal(header: (name: string) => string | undefined): Rule['refusal'] | undefined {
  for (const { header: name, refuses, refusal } of RULES) {
    const value = header(name)
    if (value !== undefined && refuses.test(value.toLowerCase())) return refusal
  }
  return undefined
}
