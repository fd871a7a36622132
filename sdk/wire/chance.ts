/**
 * Chance that anyone can have again: a number from the names of an experiment, of what is drawn and of whom for. So a
 * visitor meets the same arm each time, in the browser, at the edge and in Node, and nobody has to remember it.
 */
import { murmur } from './murmur'

/** Two hashes make one number of 53 bits. */
const SEEDS = [0, 0x9747b28c] as const

const encoder = new TextEncoder()

/** In [0, 1), evenly. The salt says what is drawn: `sample`, `variant`, `draw:7`. */
export const chance = (experiment: string, salt: string, unit: string): number =>
  spread(`${experiment}\0${salt}\0${unit}`)

/** Where a text falls between 0 and 1. */
export function spread(text: string): number {
  const bytes = encoder.encode(text)
  return (murmur(bytes, SEEDS[0]) * 2 ** 21 + (murmur(bytes, SEEDS[1]) >>> 11)) / 2 ** 53
}
