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

/** Undefined for somebody. An empty word is nobody's: all who have it would be one. */
export const userOf = ({ user_id }: Pick<Draw, 'user_id'>): string | undefined =>
  user_id === undefined || user_id === null || user_id === '' ? undefined : String(user_id)

export function isIn({ name, sample = 1, hash, ...who }: Draw): boolean {
  const user = userOf(who)
  if (user === undefined) return Math.random() < sample
  return (hash === 'alephbet' ? isAlephbetSampled : isSampled)(name, user, sample)
}

/** The index of a variant. Without weights all share alike; those of `alephbet` are whole numbers. */
export function drawn({ name, hash, ...who }: Draw, variants: number, weights?: readonly number[]): number {
  const user = userOf(who)
  const even = weights ?? Array.from({ length: variants }, () => 1)
  if (user === undefined) return pick(even, Math.random())
  return hash === 'alephbet' ? alephbetArmOf(name, user, variants, weights) : armOf(name, user, even)
}
