/** SHA-1 (FIPS 180-4 §6.1) at once, where the platform's own answers later. It is broken as a seal; AlephBet draws with it. */
import { rotated } from './rotated'

const parity = (b: number, c: number, d: number) => b ^ c ^ d
const ROUNDS = [
  { k: 0x5a827999, f: (b: number, c: number, d: number) => (b & c) | (~b & d) },
  { k: 0x6ed9eba1, f: parity },
  { k: 0x8f1bbcdc, f: (b: number, c: number, d: number) => (b & c) | (d & (b | c)) },
  { k: 0xca62c1d6, f: parity },
] as const

/** Forty hexadecimal digits. */
export function sha1(bytes: Uint8Array): string {
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]
  const blocks = padded(bytes)
  const words = new Int32Array(80)
  for (let at = 0; at < blocks.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = blocks.getInt32(at + 4 * i)
    for (let i = 16; i < 80; i++) words[i] = rotated(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1)
    let [a, b, c, d, e] = state as [number, number, number, number, number]
    for (let i = 0; i < 80; i++) {
      const { k, f } = ROUNDS[Math.floor(i / 20)]!
      const next = (rotated(a, 5) + f(b, c, d) + e + k + words[i]!) | 0
      ;[a, b, c, d, e] = [next, a, rotated(b, 30), c, d]
    }
    ;[a, b, c, d, e].forEach((word, i) => (state[i] = (state[i]! + word) | 0))
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** The bytes, a bit that is set, zeros, and the length in bits, in blocks of 64. */
function padded(bytes: Uint8Array): DataView {
  const blocks = new Uint8Array((bytes.length + 72) & -64)
  blocks.set(bytes)
  blocks[bytes.length] = 0x80
  const view = new DataView(blocks.buffer)
  view.setUint32(blocks.length - 8, bytes.length / 2 ** 29)
  view.setUint32(blocks.length - 4, bytes.length << 3)
  return view
}
