/**
 * The names of a page's world that sealing and `sdk/tag` speak of, which it reads. The command takes both from the script,
 * and calls nothing of them that needs a page.
 */
interface HTMLScriptElement {
  readonly dataset: Readonly<Record<string, string | undefined>>
  readonly src: string
}
declare const document: { readonly currentScript: object | null }
/** Node has it, and names it elsewhere. */
interface CryptoKeyPair {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}
