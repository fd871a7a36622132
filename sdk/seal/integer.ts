/** Bytes as one large number and back, little endian, as X25519 and Poly1305 read them. */
export const integer = (bytes: Iterable<number>): bigint =>
  [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/** The lowest `length` bytes; what lies above is dropped, which is how Poly1305 wants its last sum. */
export const bytesOf = (number: bigint, length: number) =>
  Uint8Array.from({ length }, (_, i) => Number((number >> BigInt(8 * i)) & 255n))
