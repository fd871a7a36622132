/**
 * What an experiment leans on, by AlephBet's words, so that a site may bring its own: where a visitor's variant is kept,
 * and whom it is told to.
 */
import type { Experiment } from './experiment'
import type { Numbers } from './wire/event'

export interface StorageAdapter {
  get(key: string): unknown
  set(key: string, value: unknown): unknown
}

export interface TrackingAdapter {
  experiment_start(experiment: Experiment, variant: string): unknown
  goal_complete(experiment: Experiment, variant: string, goal: string, props: GoalProps): unknown
}

export interface GoalProps {
  /** Counts once for each visitor; so it is where nothing is said. */
  unique?: boolean
  /** What reaching it is worth: `reward` 1 where nothing is said. */
  metrics?: Numbers
}

/** Of this page load, by the adapter that could not keep it. */
const memories = new WeakMap<StorageAdapter, Map<string, unknown>>()

/** What refuses or forgets is made up for by memory: nobody's page ends where a browser keeps nothing. */
export function guarded(adapter: StorageAdapter): StorageAdapter {
  const memory = memories.get(adapter) ?? new Map<string, unknown>()
  memories.set(adapter, memory)
  return {
    get(key) {
      try {
        return adapter.get(key) ?? memory.get(key)
      } catch {
        return memory.get(key)
      }
    },
    set(key, value) {
      memory.set(key, value)
      try {
        adapter.set(key, value)
      } catch {}
    },
  }
}

/** By the names that begin with ours, each value as JSON under its own, so that no tab writes over another's. */
export const shelf = (read: (name: string) => string | undefined, write: (name: string, text: string) => void) => ({
  get: (key: string): unknown => JSON.parse(read(`graupel:${key}`) ?? 'null'),
  set: (key: string, value: unknown): void => write(`graupel:${key}`, JSON.stringify(value)),
})
