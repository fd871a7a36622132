/** What the rain can be told on its command line. */
import { parseArgs } from 'node:util'
import { wholeOf } from '../../sdk/cli/option'
import { Usage } from '../../sdk/cli/stop'
import { Calendar } from './calendar'

/** What a small machine holds in memory, and longer than hours are kept. */
const MOST_EVENTS = 1_000_000
const MOST_DAYS = 366
/** On which it falls; and the shop's, whose front page decides. */
const SITE = 'rain'
const SHOP = 'demo'
/** Of a server that is started for it. */
export const FOLDER = '.graupel-rain'

export const HELP = `npm run rain -- [options]: a server full of make-believe visits, and the proof that each was counted

  --events <number>   100000   all that happens: views, leaves, clicks, orders, and what crawlers try
  --days <number>     30       over so many days
  --decisions <number>         instead of all that: so many visitors of the shop's front page, each decided for, who buy or
                               do not by a truth that the server has to find out
  --seed <number>     7        the same seed is the same rain
  --until <time>               up to then, at most two hours ago: 2026-11-26T09:30Z; now, or as far as it fell before
  --site <name>       rain     on which site; it is made where there is none. Decisions fall on the shop's own, demo
  --timezone <zone>            of a site that is made: this machine's
  --server <url>               a server that runs already, its admin token in GRAUPEL_ADMIN or in GRAUPEL_DATA;
                               without it one is started, by PORT and HOST, its data in GRAUPEL_DATA or ${FOLDER}
  --once                       end when all is compared; else a server that was started serves on until Ctrl-C`

export interface Options {
  events: number
  days: number
  /** Instead of events. */
  decisions?: number
  seed: number
  /** Unix milliseconds; absent: now. */
  until?: number
  site: string
  timezone: string
  server?: string
  once: boolean
}

export function optionsOf(words: string[]): Options | 'help' {
  const { values } = parsed(words)
  if (values.help) return 'help'
  const { events, days, decisions, seed, until, timezone, server, once } = values
  const { site = decisions === undefined ? SITE : SHOP } = values
  try {
    new Calendar(timezone)
  } catch {
    throw new Usage(`--timezone must be a zone such as Europe/Stockholm, not "${timezone}"`)
  }
  return {
    events: wholeOf('--events', events, 1, MOST_EVENTS),
    days: wholeOf('--days', days, 1, MOST_DAYS),
    ...(decisions !== undefined && { decisions: wholeOf('--decisions', decisions, 1, MOST_EVENTS) }),
    seed: wholeOf('--seed', seed, 0, Number.MAX_SAFE_INTEGER),
    ...(until !== undefined && { until: timeOf(until) }),
    site,
    timezone,
    ...(server !== undefined && { server }),
    once,
  }
}

/** Times are whole minutes, so that they can be typed. */
const MINUTE = 60_000

function timeOf(text: string): number {
  const at = Date.parse(text)
  if (!/Z$|[+-]\d\d:\d\d$/.test(text) || !Number.isFinite(at)) {
    throw new Usage(`--until must be a time with its zone such as 2026-11-26T09:30Z, not "${text}"`)
  }
  return at - (at % MINUTE)
}

export const thisMinute = (now: number): number => now - (now % MINUTE)

function parsed(words: string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const
  try {
    return parseArgs({
      args: words,
      options: {
        events: text('100000'),
        days: text('30'),
        seed: text('7'),
        until: { type: 'string' },
        site: { type: 'string' },
        decisions: { type: 'string' },
        timezone: text(Intl.DateTimeFormat().resolvedOptions().timeZone),
        server: { type: 'string' },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new Usage((error as Error).message) // parseArgs throws errors.
  }
}
