/**
 * How often each kind of object is called, alarms too, and how long it is there for it, by the clock that is turned by
 * hand. Who is called is busy until nobody waits any more; who was idle for a while is asleep, and its memory gone.
 */
import type { Env } from '../../../worker/env'
import { clock } from './clock'
import type { Kind, Present } from './report'

/** The platform lets an object sleep when nothing has come for so long. */
const IDLE_MS = 10_000
/** What a call takes on Cloudflare beside the company that it waits for, disk and network: a guess, and no small one. */
const CALL_MS = 50

/** Since counting began, and as it is now. */
interface Watched extends Present {
  /** When the last call's answer was there. */
  until: number
  isAwake: boolean
}

const fresh = (): Watched => ({ calls: 0, busyMs: 0, awakeMs: 0, until: 0, isAwake: false })
const all: Record<Kind, Watched> = { pod: fresh(), hail: fresh(), whale: fresh() }

/** A call came at one time and was answered at another. Calls come in order of either. */
export function called(kind: Kind, from = clock.now, answered = clock.now): void {
  const presence = all[kind]
  const until = answered + CALL_MS
  const last = presence.until
  presence.calls += 1
  presence.isAwake = true
  if (until <= last) return
  presence.busyMs += until - Math.max(from, last)
  presence.awakeMs += until - Math.max(from - IDLE_MS, last)
  presence.until = until
}

/** When an object that is awake falls asleep, if nothing comes before. */
export const sleepsAt = (kind: Kind): number =>
  all[kind].isAwake ? all[kind].until + IDLE_MS : Number.POSITIVE_INFINITY

export function asleep(kind: Kind): void {
  all[kind].isAwake = false
}

/** What there was since the last time, by kind. */
export function takePresence(): Record<Kind, Present> {
  const taken = (kind: Kind): Present => {
    const { calls, busyMs, awakeMs } = all[kind]
    Object.assign(all[kind], { calls: 0, busyMs: 0, awakeMs: 0 })
    return { calls, busyMs, awakeMs }
  }
  return { pod: taken('pod'), hail: taken('hail'), whale: taken('whale') }
}

/** The objects as one that calls them knows them, each call counted. */
export const counted = (env: Env): Env => ({
  ...env,
  POD: namespaceOf('pod', env.POD),
  HAIL: namespaceOf('hail', env.HAIL),
  WHALE: namespaceOf('whale', env.WHALE),
})

const namespaceOf = <Namespace extends object>(kind: Kind, namespace: Namespace): Namespace =>
  new Proxy(namespace, {
    get(target, name) {
      const own: unknown = Reflect.get(target, name)
      if (typeof own !== 'function') return own
      return (...items: unknown[]) => {
        const answer: unknown = Reflect.apply(own, target, items)
        return name === 'get' ? stubOf(kind, answer as object) : answer // A stub is an object.
      }
    },
  })

const stubOf = (kind: Kind, stub: object): object =>
  new Proxy(stub, {
    get:
      (target, name) =>
      (...items: unknown[]) => {
        called(kind)
        return (Reflect.get(target, name) as (...items: unknown[]) => unknown)(...items) // A stub has methods alone.
      },
  })
