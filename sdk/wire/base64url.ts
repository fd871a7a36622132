/**
 * base64url without padding (RFC 4648 §5), canonical only: a text that another spelling of the same bytes
 * could replace is no text of ours, or one envelope would have aliases that a dedupe by text counts twice.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const VALUE = new Uint8Array(128).fill(255)
for (let i = 0; i < 64; i++) VALUE[ALPHABET.charCodeAt(i)] = i

export function encode(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63)
    if (left > 1) text += ALPHABET.charAt((bits >> 6) & 63)
    if (left > 2) text += ALPHABET.charAt(bits & 63)
  }
  return text
}

/** The bytes, or undefined for anything but the one canonical spelling. */
export function decode(text: string): Uint8Array | undefined {
  const spare = text.length % 4
  if (spare === 1) return undefined
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let bits = 0
  let count = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const value = code < 128 ? VALUE[code]! : 255
    if (value === 255) return undefined
    bits = ((bits << 6) | value) & 0xffffff
    count += 6
    if (count >= 8) {
      count -= 8
      bytes[at++] = bits >> count
    }
  }
  // Leftover bits must be zero: "AA" and "AB" would both be one zero byte.
  return bits & ((1 << count) - 1) ? undefined : bytes
}
