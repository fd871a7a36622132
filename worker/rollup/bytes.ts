/** Bytes written one after the other, and read back: what a fragment's parts are made of. Big endian; texts are UTF-8. */

/** Whole numbers up to here are written as such, signs and all, in doubles that keep them exact. */
export const LARGEST_VARINT = 2 ** 51

const encoder = new TextEncoder()
/** A byte order mark at the start of a name is a character of the name. */
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
/** A short ASCII text is made faster than a decoder is called. */
const SHORT = 64

export class Writer {
  length = 0
  private bytes = new Uint8Array(1024)
  private view = new DataView(this.bytes.buffer)

  clear(): void {
    this.length = 0
  }

  /** A copy, free of what comes after. */
  taken(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  uint8(value: number): void {
    this.room(1)
    this.bytes[this.length++] = value
  }

  uint32(value: number): void {
    this.room(4)
    this.view.setUint32(this.length, value)
    this.length += 4
  }

  float64(value: number): void {
    this.room(8)
    this.view.setFloat64(this.length, value)
    this.length += 8
  }

  /** Seven bits a byte, the lowest first; not negative. */
  varint(value: number): void {
    this.room(8)
    while (value > 0x7f) {
      this.bytes[this.length++] = (value % 0x80) | 0x80
      value = Math.floor(value / 0x80)
    }
    this.bytes[this.length++] = value
  }

  /** -1 is 1, 1 is 2, -2 is 3: small either way. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  text(text: string): void {
    const bytes = encoder.encode(text)
    this.varint(bytes.length)
    this.append(bytes)
  }

  append(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const bytes = new Uint8Array(2 * (this.length + more))
    bytes.set(this.bytes)
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }
}

export class Cursor {
  at = 0
  readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint8(): number {
    return this.view.getUint8(this.at++)
  }

  uint32(): number {
    this.at += 4
    return this.view.getUint32(this.at - 4)
  }

  uint32At(at: number): number {
    return this.view.getUint32(at)
  }

  float64(): number {
    this.at += 8
    return this.view.getFloat64(this.at - 8)
  }

  varint(): number {
    let value = 0
    let unit = 1
    for (;;) {
      const byte = this.view.getUint8(this.at++)
      if (byte < 0x80) return value + byte * unit
      value += (byte & 0x7f) * unit
      unit *= 0x80
    }
  }

  signed(): number {
    const value = this.varint()
    return value % 2 ? -(value + 1) / 2 : value / 2
  }

  text(): string {
    return textOf(this.slice())
  }

  /** The bytes of a text, not copied. */
  slice(): Uint8Array {
    const length = this.varint()
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}

export function textOf(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return decoder.decode(bytes)
  let text = ''
  for (const byte of bytes) {
    if (byte > 0x7f) return decoder.decode(bytes)
    text += String.fromCharCode(byte)
  }
  return text
}

/** Less than 0 where the first comes first: the order of UTF-8, which is the order of characters. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
