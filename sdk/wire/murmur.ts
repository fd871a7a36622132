/**
 * MurmurHash3_x86_32 (A. Appleby, public domain, 2011): spreads texts that differ in one letter over all 32 bits.
 * It is no secret and keeps none. Why not FNV, which is shorter: its low bits of two experiments depend on each other.
 */
import { rotated } from './rotated'

const C1 = 0xcc9e2d51
const C2 = 0x1b873593

const scrambled = (word: number) => Math.imul(rotated(Math.imul(word, C1), 15), C2)

/** A whole number from 0 to below 2^32. */
export function murmur(bytes: Uint8Array, seed: number): number {
  const { length } = bytes
  let hash = seed
  let at = 0
  for (; at + 4 <= length; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    hash = (Math.imul(rotated(hash ^ scrambled(word), 13), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = length - 1; i >= at; i--) rest = (rest << 8) | bytes[i]!
  hash ^= scrambled(rest) ^ length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
