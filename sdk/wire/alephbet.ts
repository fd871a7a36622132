/**
 * AlephBet's own draw, for sites that come from there in the middle of an experiment: with a user id it gives every
 * user the variant that AlephBet gave. New experiments draw by `split`, whose weights may be fractions.
 */
import { sha1 } from './sha1'

/** Thirteen hexadecimal digits, all set: a number of 52 bits. */
const MOST = 0xfffffffffffff

const encoder = new TextEncoder()

/** In [0, 1], both included. */
export const alephbetChance = (name: string, salt: 'variant' | 'sample', user: string): number =>
  Number.parseInt(sha1(encoder.encode(`${name}.${salt}.${user}`)).slice(0, 13), 16) / MOST

export const isAlephbetSampled = (name: string, user: string, share: number): boolean =>
  alephbetChance(name, 'sample', user) <= share

/** The index of the user's variant; weights are whole numbers, or there are none. */
export function alephbetArmOf(name: string, user: string, variants: number, weights?: readonly number[]): number {
  const at = alephbetChance(name, 'variant', user)
  if (!weights) return Math.min(Math.floor(at / (1 / variants)), variants - 1)
  let left = Math.ceil(at * weights.reduce((sum, weight) => sum + weight, 0))
  for (let i = 0; i < weights.length; i++) if ((left -= weights[i]!) <= 0) return i
  return weights.length - 1
}
