/**
 * Which option a visitor gets. The server is asked once and its answer kept, so that a visitor meets the same option each
 * time and is counted once. Where it does not answer in time it is the first option, and nobody was exposed to anything.
 */
import { begin, sayChosen } from './notice'
import { isSilent } from './optout'
import { quietly } from './quietly'
import { say } from './speak'
import { now, put, store } from './state'
import { script } from './tag'
import type { Dimensions, Numbers } from './wire/event'

/** All of it may be left out. */
export interface Ask {
  /** What is to be had, and per which: `earned/spent`. */
  by?: string
  /** What the page knows, beside what the server derives. */
  dimensions?: Dimensions
  /** Who it is for, where the same one is to get the same option on every device. */
  unit?: string
  policy?: 'contextual' | 'thompson' | 'split' | 'hailwhale'
  /** Milliseconds after which it is the first option. */
  within?: number
}

export interface Decision<Option extends string = string> {
  option: Option
  /** The probability that this option had; null where nobody decided. */
  propensity: number | null
  /** Null where nothing is to be learnt from it. */
  id: string | null
  /** Seconds for which it holds. */
  ttl?: number
}

export type Decide = <const Option extends string>(
  name: string,
  options: readonly Option[],
  ask?: Ask,
) => Promise<Decision<Option>>

/** Says what a decision was worth (`reward` 1 where no metrics are given), and by which goal. */
export type Reward = (name: string, metrics?: Numbers, goal?: string) => void

/** Milliseconds. Longer nobody looks at a page that waits. */
export const PATIENCE = 800
/** Seconds: thirty days. */
const STICKY = 2_592_000

export const firstOf = <Option extends string>([option]: readonly Option[]): Decision<Option> => ({
  option: option!, // Who gives no option asks for none.
  propensity: null,
  id: null,
})

/** Of this page load: what a page has shown it goes on to show, and two who ask at once get one answer. */
const asked: Record<string, Promise<Decision>> = {}

/** As it was answered, and until when it holds, unix milliseconds. */
const keptOf = (name: string): Decision & { until: number } => {
  begin()
  return JSON.parse(store['graupel=' + name] ?? '{}')
}

const find = async (name: string, options: readonly string[], ask: Ask) => {
  try {
    let found = keptOf(name)
    if (isSilent) throw 0
    if (options.includes(found.option) && found.until > now()) return found
    // Below the script's own prefix: where a page may have the script from, it may ask.
    const question = encodeURIComponent(JSON.stringify([name, options, ask]))
    found = await Promise.race([
      fetch(`${script}on?q=${question}`, { credentials: 'omit', referrerPolicy: 'no-referrer' }).then((it) =>
        it.json(),
      ),
      new Promise((resolve) => setTimeout(resolve, ask.within ?? PATIENCE)),
    ])
    const { option, id, ttl = STICKY } = found
    // Whatever else was answered, and by whomever, has none of them.
    if (options.includes(option)) {
      if (id) {
        found.until = now() + ttl * 1000
        put('graupel=' + name, JSON.stringify(found))
        void say(['x', name, option, id])
      }
      return found
    }
  } catch {}
  return firstOf(options)
}

export const decide = ((name, options, ask = {}) =>
  (asked[JSON.stringify([name, options])] ??= find(name, options, ask))) as Decide // What is found is one of these options.

export const reward: Reward = quietly((name, metrics = { reward: 1 }, goal = '') => {
  const { option, id } = keptOf(name)
  return id && sayChosen('r', name, option, id, metrics, goal)
})
