/**
 * Ids of events, ten characters, one a byte. A beacon's comes from its envelope; one whose sender chose a name for it
 * gets an id as wide, so that one table holds both.
 */
const ID_BYTES = 10
/** The part that names the page load; the rest counts its envelopes. */
export const PAGE_LOAD_BYTES = 8

export const idOfBeacon = (epk: Uint8Array, seq: number): string =>
  String.fromCharCode(...epk.subarray(0, PAGE_LOAD_BYTES), seq >> 8, seq & 255)

const encoder = new TextEncoder()

/** By SHA-256; `space` keeps equal names of different senders apart. */
export async function idOf(space: string, name: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(`${space}/${name}`))
  return String.fromCharCode(...new Uint8Array(hash, 0, ID_BYTES))
}
