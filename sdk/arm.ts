/** Whom an experiment takes and which variant he gets, by his user id or by chance. It remembers and tells nothing. */
import { alephbetArmOf, isAlephbetSampled } from './wire/alephbet'
import { armOf, isSampled, pick } from './wire/split'

export interface Draw {
  name: string
  /** The same user gets the same variant on every device, and from the server, which asks by `unit`. */
  user_id?: string | number | null
  /** Who takes part, from 0 to 1. */
  sample?: number
  /** `alephbet` draws as AlephBet did, byte for byte: for an experiment that is under way. */
  hash?: 'murmur' | 'alephbet'
}

export function isIn({ name, user_id, sample = 1, hash }: Draw): boolean {
  if (user_id === undefined || user_id === null) return Math.random() < sample
  const is = hash === 'alephbet' ? isAlephbetSampled : isSampled
  return is(name, String(user_id), sample)
}

/** The index of a variant. Without weights all share alike; those of `alephbet` are whole numbers. */
export function drawn({ name, user_id, hash }: Draw, variants: number, weights?: readonly number[]): number {
  const even = weights ?? Array.from({ length: variants }, () => 1)
  if (user_id === undefined || user_id === null) return pick(even, Math.random())
  return hash === 'alephbet'
    ? alephbetArmOf(name, String(user_id), variants, weights)
    : armOf(name, String(user_id), even)
}
