/**
 * What the script remembers in a browser: a session as one JSON text in the origin's localStorage, and each sealed event that
 * waits under a name of its own, so that two tabs never write over one another's. Where storage is refused, or not wanted,
 * all of it is memory. README.md beside this file says what each item is for; none of them names the visitor.
 */
import { quietly } from './quietly'
import { config } from './tag'

/** Times are unix milliseconds. Kept as JSON in this order. */
export type State = [
  /** By how much the browser's clock is wrong. */
  correction: number,
  /** How many events were dropped, and nobody was told. */
  dropped: number,
  /** The last sign of the visitor. */
  seen: number,
  /** The periods of the last view, of whatever session. */
  periods: number[],
  began: number,
  views: number,
  entryPath: string,
  previousPath: string,
  /** What brought the session. */
  referrer: string,
]

export const CORRECTION = 0
export const DROPPED = 1
export const SESSION = 2
export const REFERRER = 8

/** Eight days. What lies ahead by less the server counts at arrival, and refuses what lies ahead by more. */
const AHEAD = 691_200_000

/** Of somebody who was never here: nothing reads further before there is a session. */
let state = [0, 0, 0, []] as unknown as State

/** A real one has methods, memory has none. */
export let store: Partial<Storage> & Record<string, string> = {}

/** The first look at it may keep the page waiting for a disk. */
export const open = quietly(() => {
  store = localStorage
})

/** From here on nothing will be there on the next page. */
export const forget = (): void => {
  store = {}
}

/** Other tabs change it too, so it is read anew each time. */
export const recall = (): State => {
  try {
    const kept: State = JSON.parse(store.graupel!)
    // Whatever else a page keeps under this name has no list there.
    if (kept[3].length >= 0) state = kept
  } catch {}
  return state
}

/** Puts items in the place of those from `at` on. */
export const keep = (at: number, ...items: State[number][]): void => {
  recall().splice(at, items.length, ...items)
  put('graupel', JSON.stringify(state))
}

export const put = (name: string, text: string): void => {
  try {
    store[name] = text
  } catch {
    // What waits in there is sent from memory as well.
    store = { ...store, [name]: text }
  }
}

/**
 * Unix milliseconds, by the browser's clock and what an answer has shown it to be wrong by. Never before the script was
 * written, nor so long after that the server would refuse it: the middle one of three.
 */
export const now = (): number => Math.max(config[6], Math.min(Date.now() + state[CORRECTION], config[6] + AHEAD))
