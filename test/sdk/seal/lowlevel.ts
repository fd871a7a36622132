/** tweetnacl's own primitives, present in it and absent from its types: what ours must equal. */
import nacl from 'tweetnacl'

export const { lowlevel } = nacl as typeof nacl & {
  lowlevel: {
    crypto_core_hsalsa20(out: Uint8Array, input: Uint8Array, key: Uint8Array, constant: Uint8Array): void
    crypto_stream_salsa20(out: Uint8Array, at: number, length: number, nonce: Uint8Array, key: Uint8Array): void
    crypto_onetimeauth(
      out: Uint8Array,
      at: number,
      text: Uint8Array,
      from: number,
      length: number,
      key: Uint8Array,
    ): void
  }
}
