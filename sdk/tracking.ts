/**
 * Tells the site's own server of an experiment by the script's sayings: an exposure with an id that is made here, from the
 * time and chance, and by the same id what became of it.
 */
import type { TrackingAdapter } from './adapter'
import type { Saying } from './wire/event'

/** 64 of them: six bits each. */
const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const CHANCE = 8

/** Six digits of the time, which they are until 2038, and eight signs of chance: no word for the visitor. */
export const ownId = (now: number): string =>
  Math.floor(now / 1000)
    .toString(36)
    .padStart(6, '0') + [...crypto.getRandomValues(new Uint8Array(CHANCE))].map((byte) => SIGNS[byte & 63]).join('')

export const tracking = (say: (saying: Saying) => unknown, now: () => number): TrackingAdapter => ({
  experiment_start({ name, storage }, variant) {
    const id = ownId(now())
    storage.set(`${name}:id`, id)
    say(['x', name, variant, id])
  },
  goal_complete({ name, storage }, variant, goal, { metrics = { reward: 1 } }) {
    const id = storage.get(`${name}:id`)
    // Who got his variant from elsewhere was never counted here, and his goals would be without a beginning.
    if (typeof id === 'string') say(['r', name, variant, id, metrics, goal])
  },
})
