/** A growing buffer and a reader, for the few kinds of value a fragment is made of. Integers are LEB128, as in DWARF. */
const FIRST_BYTES = 4096

export class Writer {
  private bytes = new Uint8Array(FIRST_BYTES)
  private view = new DataView(this.bytes.buffer)
  length = 0

  byte(value: number): void {
    this.room(1)
    this.bytes[this.length++] = value
  }

  u32(value: number): void {
    this.room(4)
    this.view.setUint32(this.length, value)
    this.length += 4
  }

  /** An unsigned integer up to 2^53. */
  integer(value: number): void {
    this.room(8)
    let left = value
    while (left >= 128) {
      this.bytes[this.length++] = (left % 128) | 128
      left = Math.floor(left / 128)
    }
    this.bytes[this.length++] = left
  }

  float(value: number): void {
    this.room(8)
    this.view.setFloat64(this.length, value)
    this.length += 8
  }

  text(value: string): void {
    const bytes = encoder.encode(value)
    this.integer(bytes.length)
    this.room(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  take(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  setU32(at: number, value: number): void {
    this.view.setUint32(at, value)
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    larger.set(this.bytes)
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

export class ByteReader {
  private readonly view: DataView

  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(): number {
    return this.view.getUint8(this.at++)
  }

  u32(): number {
    this.at += 4
    return this.view.getUint32(this.at - 4)
  }

  integer(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }

  float(): number {
    this.at += 8
    return this.view.getFloat64(this.at - 8)
  }

  text(): string {
    const length = this.integer()
    this.at += length
    return decoder.decode(this.bytes.subarray(this.at - length, this.at))
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
