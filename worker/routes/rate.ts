/**
 * How fast one client may send, judged by what stands in the clear: nothing is opened and no object is asked for what comes
 * too fast. Each isolate counts for itself, and on Cloudflare the platform besides, for all isolates of a place.
 * Bearer keys have no rate: 256 random bits are not guessed, however fast.
 */
import type { Env } from '../env'
import { Allowance, type Portion } from '../ingest/allowance'
import { CLIENTS, RATE } from '../ingest/limits'
import type { Site } from '../ingest/settings'

const MINUTE = 60_000
/** The platform does not say when: its window is over by then. */
const PERIOD_S = 60

export const rates = (): Allowance => new Allowance(MINUTE, CLIENTS)

export interface Sending {
  env: Env
  rates: Allowance
  /** Absent where nobody knows whose request it is. */
  client: string | undefined
  /** Envelopes by the listed site that they name; sites that are not listed share one number. */
  amounts: ReadonlyMap<number, number>
  sites: ReadonlyMap<number, Site>
  now: number
}

/** Seconds until all of it may be sent; 0 where it may now, and is taken note of. */
export async function secondsToWait({ env, rates, client, amounts, sites, now }: Sending): Promise<number> {
  if (client === undefined) return 0
  const portions: Portion[] = []
  for (const [site, amount] of amounts) {
    const of = sites.get(site)?.rate ?? RATE
    if (of !== false) portions.push({ name: `${site} ${client}`, amount, of })
  }
  const wait = portions.reduce((longest, portion) => Math.max(longest, rates.wait(portion, now)), 0)
  if (wait) return Math.ceil(wait / 1000)
  for (const portion of portions) rates.take(portion, now)
  return (await isWithinPlace(env.RATE, portions)) ? 0 : PERIOD_S
}

/** The platform knows one rate and counts requests: a site that has its own, and what a request holds, isolates weigh alone. */
async function isWithinPlace(limiter: RateLimit | undefined, portions: readonly Portion[]): Promise<boolean> {
  if (!limiter) return true
  const usual = portions.filter(({ of }) => of === RATE)
  try {
    const answers = await Promise.all(usual.map(({ name }) => limiter.limit({ key: name })))
    return answers.every(({ success }) => success)
  } catch (error) {
    // To count matters more than to limit.
    console.error(`the platform does not say how fast a client sends: ${error}`)
    return true
  }
}
