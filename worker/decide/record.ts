/**
 * A record: numbers as they are kept, in a row's bytes. What they mean, each that is kept says for itself.
 *
 *      0  1   version of what is kept
 *      1  …   numbers, as 64-bit floats, big endian
 */

/** A deploy may run two versions for minutes: what the newer one wrote is for the newer one to read. */
export class NewerRecord extends Error {
  override name = 'NewerRecord'
  constructor(version: number, known: number) {
    super(`record of version ${version}; this release reads up to ${known}`)
  }
}

export function encode(version: number, numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(1 + 8 * numbers.length))
  view.setUint8(0, version)
  numbers.forEach((number, i) => view.setFloat64(1 + 8 * i, number))
  return new Uint8Array(view.buffer)
}

export function decode(bytes: Uint8Array, known: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint8(0)
  if (version > known) throw new NewerRecord(version, known)
  return Array.from({ length: (bytes.length - 1) / 8 }, (_, i) => view.getFloat64(1 + 8 * i))
}
