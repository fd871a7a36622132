/**
 * What the script remembers in a browser: one JSON text in the origin's localStorage, or memory where that is refused.
 * Never throws. README.md beside this file says what each item is for; none of them names the visitor.
 */
import type { Session } from './visit'

/** A session, then what has not been acknowledged yet, then by how much the browser's clock is wrong. */
export type State = [...Session, queue: string[], correction: number]

export const QUEUE = 7
export const CORRECTION = 8

/** Of somebody who was never here. */
let state: State = [0, 0, 0, 0, '', '', '', [], 0]

/** Whether nothing will be there on the next page. */
export let isForgetful: boolean

/** Other tabs change it too, so it is read anew each time. */
export function recall(): State {
  try {
    const kept: State = JSON.parse(localStorage.graupel)
    // Whatever else a page keeps under this name has no queue, which throws.
    if (!isForgetful && kept[QUEUE].length >= 0) state = kept
  } catch {}
  return state
}

/** Puts items in the place of those from `at` on. */
export function keep(at: number, ...items: State[number][]): void {
  recall().splice(at, items.length, ...items)
  try {
    localStorage.graupel = JSON.stringify(state)
  } catch {
    isForgetful = true
  }
}

/** Unix milliseconds, by the browser's clock and what an answer has shown it to be wrong by. */
export const now = (): number => Date.now() + state[CORRECTION]

/** The visitor's own switch, `localStorage['graupel-off'] = 1`. */
export let isSwitchedOff: unknown
try {
  isSwitchedOff = localStorage['graupel-off']
} catch {}
