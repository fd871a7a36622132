/**
 * Ids of events, ten characters, one a byte. A beacon's comes from its envelope; one whose sender chose a name for it
 * gets an id as wide, so that one table holds both.
 */
const ID_BYTES = 10
/** The part that names the page load; the rest counts its envelopes. */
export const PAGE_LOAD_BYTES = 8

/**
 * `name` is what the page load is known by: a hash of its shared key, and not its ephemeral key. A point has seven
 * torsion siblings that give the same shared key, so an envelope could be sent again under each of eight ephemeral keys.
 */
export const idOfBeacon = (name: Uint8Array, seq: number): string =>
  String.fromCharCode(...name.subarray(0, PAGE_LOAD_BYTES), seq >> 8, seq & 255)

const encoder = new TextEncoder()

/** By SHA-256; `space` keeps equal names of different senders apart. */
export async function idOf(space: string, name: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(`${space}/${name}`))
  return String.fromCharCode(...new Uint8Array(hash, 0, ID_BYTES))
}
