/** The site's key, and the key pair of this page load that seals for it. Asks for the one and makes the other in good time. */
import { type Config, type Pair, pairNow, pairSoon } from './seal/pair'
import { seal as sealWith } from './seal/seal'
import { now } from './state'
import { periodsOf } from './visit'

/** Three days. A key works for a week at least, but a page may stay open for longer. */
const KEY_AGE = 259_200_000
/** A pair seals no more envelopes than this. */
const MOST_SEQS = 150

let script: string
let configured: number
let pair: Pair | undefined
let pairDay: number | undefined

export let config: Config

/** `url` is the script's own. */
export function introduce(values: Config, url: string): void {
  config = values
  script = url
  configured = Date.now()
  renew()
}

/** The configuration, taken out of a script as the server sends it. */
export const configOf = async (url: string): Promise<Config> =>
  JSON.parse((await (await fetch(url)).text()).match(/\[\d+,\d+,"[^\]]+]/)![0])

/** The next envelope gets a new key pair. */
export function renew(): void {
  pair = undefined
}

/** Goes on when a pair is ready. Where the browser can't make it so, `seal` makes one at once. */
export async function prepare(next: () => void): Promise<void> {
  try {
    const [today] = periodsOf(now(), config[3])
    if (pairDay !== today) renew()
    pairDay = today
    if (Date.now() - configured > KEY_AGE) introduce(await configOf(script), script)
    // What is said in one go is sealed together, so this waits even for a pair that is there.
    const made = await (pair ?? pairSoon(config))
    pair ??= made
  } catch {}
  next()
}

export function seal(text: string): string {
  if (pair?.seq === MOST_SEQS) renew()
  return sealWith((pair ??= pairNow(config)), text)
}
