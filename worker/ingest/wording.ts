/** What a browser sealed, as its positions are meant: for people who look at one envelope. */
import { FLAG, type Plaintext, type Saying } from '../../sdk/wire/event'

const FLAGS: Record<keyof typeof FLAG, string> = {
  session: 'begins a session',
  day: 'first of the day',
  month: 'first of the month',
  ever: 'first ever',
  second: 'second page of its session',
  week: 'first of the week',
  quarter: 'first of the quarter',
  year: 'first of the year',
}

const flagsOf = (bits: number): string[] =>
  (Object.keys(FLAG) as (keyof typeof FLAG)[]) // Its own keys, which TypeScript calls strings.
    .filter((name) => bits & FLAG[name])
    .map((name) => FLAGS[name])

export interface Worded {
  /** By the browser's clock, unix milliseconds. */
  at: number
  page: string
  referrer: string
  width: number
  sayings: object[]
}

export const worded = ({ ts, page, referrer, width, sayings }: Plaintext): Worded => ({
  at: ts,
  page,
  referrer,
  width,
  sayings: sayings.map(wordedSaying),
})

function wordedSaying(saying: Saying): object {
  switch (saying[0]) {
    case 'p': {
      const [, flags, ageSeconds, previousPath, entryPath] = saying
      return { says: 'view', flags: flagsOf(flags), ageSeconds, previousPath, entryPath }
    }
    case 'e':
      return { says: 'leave', seconds: saying[1], scrollPercent: saying[2] }
    case 'd':
      return { says: 'download', url: saying[1] }
    case 'o':
      return { says: 'outbound', url: saying[1] }
    case 'c':
      return { says: 'count', type: saying[3], dimensions: saying[1], metrics: saying[2] }
    case 'l':
      return { says: 'dropped', envelopes: saying[1] }
    case 'x':
      return { says: 'exposure', decision: saying[1], option: saying[2], id: saying[3] }
    case 'r': {
      const [, decision, option, id, metrics = { reward: 1 }, goal] = saying
      return { says: 'reward', decision, option, id, metrics, goal }
    }
  }
}
