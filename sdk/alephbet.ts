/**
 * AlephBet's own storage, one JSON text under one name, so that a site that comes from there keeps its visitors' variants.
 * Two tabs may write over one another's: who begins an experiment anew takes ours.
 */
import type { StorageAdapter } from './adapter'

export const alephbetStorage = (namespace = 'alephbet'): StorageAdapter => {
  const all = (): Record<string, unknown> => JSON.parse(localStorage[namespace] ?? '{}')
  return {
    get: (key) => all()[key],
    set: (key, value) => (localStorage[namespace] = JSON.stringify({ ...all(), [key]: value })),
  }
}
