/** The npm door: the beacon for pages that bundle their scripts. It asks the server once for the site's current key. */
import { shelf } from './adapter'
import { type Decide, decide as decideNow, firstOf, PATIENCE, type Reward, reward as rewardNow } from './decide'
import { Experiment, type ExperimentOptions, type Ground } from './experiment'
import { Goal } from './goal'
import { begin, type Count, count as countNow, notice } from './notice'
import { hasOptedOut } from './optedout'
import { isSilent } from './optout'
import { say } from './speak'
import { now, open, put, store } from './state'
import { type Options, tell } from './tag'
import { tracking } from './tracking'

export { alephbetStorage } from './alephbet'
export { gimel, type GimelOptions } from './gimel'
export type { GoalProps, StorageAdapter, TrackingAdapter } from './adapter'
export type { Ask, Decision } from './decide'
export type { ExperimentOptions, Variant } from './experiment'
export type { Dimensions, Numbers } from './wire/event'
export type { Count, Decide, Experiment, Goal, Reward }

export interface Start {
  /** The server's origin, `https://count.example`. */
  host: string
  /** The site's number or name. */
  site: number | string
  /** The script's public prefix, where the site has another than `b`. */
  prefix?: string
  /** As the script tag's attributes, without `data-`. */
  also?: string
  hash?: boolean
  query?: string
  downloads?: string
  storage?: 'none'
  ignore?: string
  local?: boolean
  automation?: boolean
}

/** What calls wait for the key; of more than these a page has made a mistake. */
const MOST_WAITING = 100

const waiting: (() => unknown)[] = []
let hasBegun = false
let isReady = false
let keepsNothing = false

/** Begins to count. A second call does nothing, and neither does one outside a browser. */
export async function start({ host, site, prefix = 'b', ...switches }: Start): Promise<void> {
  if (hasBegun || typeof document === 'undefined') return
  hasBegun = true
  keepsNothing = switches.storage === 'none'
  try {
    const script = new URL(`/${prefix}/${site}.js`, host).href
    const answer = await fetch(`${script}on`)
    // What a server says that is just starting is JSON too.
    if (!answer.ok) throw answer
    tell(await answer.json(), attributesOf(switches), script)
    notice()
    isReady = true
    for (const act of waiting.splice(0)) act()
  } catch {
    hasBegun = false
  }
}

/** At once, or when `start` is through. */
function whenReady(act: () => unknown): void {
  if (isReady) act()
  else if (waiting.length < MOST_WAITING) waiting.push(act)
}

/** Counts something of the page's own. Calls before `start` is through wait for it. */
export const count: Count = (...call) => whenReady(() => countNow(...call))

/** Which option this visitor gets: within 800 ms, `start` included, else the first one. */
export const decide: Decide = async (name, options, ask = {}) => {
  const { within = PATIENCE } = ask
  const end = Date.now() + within
  await Promise.race([new Promise<void>(whenReady), new Promise((resolve) => setTimeout(resolve, within))])
  return isReady ? decideNow(name, options, { ...ask, within: end - Date.now() }) : firstOf(options)
}

/** Says what a decision was worth. */
export const reward: Reward = (...call) => whenReady(() => rewardNow(...call))

/** Waits neither for the key nor for a file: what it has to say and to keep waits instead. */
export const experiment = (options: ExperimentOptions): Experiment => new Experiment(options, groundOf())

export const goal = (...items: ConstructorParameters<typeof Goal>): Goal => new Goal(...items)

/** What may be said or kept is known when `start` is through. */
const ifAllowed = (act: () => unknown): void =>
  whenReady(() => {
    begin()
    if (!isSilent) act()
  })

const inBrowser = shelf(
  (name) => {
    if (!isReady && !keepsNothing) void open()
    return store[name]
  },
  (name, text) => ifAllowed(() => put(name, text)),
)

/** On a server one visitor's memory must not be the next one's. */
const nowhere = () => ({ get: () => undefined, set: () => undefined })

const groundOf = (): Ground => ({
  storage: typeof document === 'undefined' ? nowhere() : inBrowser,
  tracking: said,
  isSilent: typeof document === 'undefined' || Boolean(isSilent ?? hasOptedOut()),
})

const told = tracking(
  (saying) => say(saying),
  () => now(),
)
const said: Ground['tracking'] = {
  experiment_start: (...start) => ifAllowed(() => told.experiment_start(...start)),
  goal_complete: (...reached) => ifAllowed(() => told.goal_complete(...reached)),
}

/** `true` is an attribute that is there. */
function attributesOf(switches: Record<string, string | boolean | undefined>): Options {
  const given = Object.entries(switches).filter(([, value]) => value !== undefined && value !== false)
  return Object.fromEntries(given.map(([name, value]) => [name, value === true ? '' : String(value)]))
}
