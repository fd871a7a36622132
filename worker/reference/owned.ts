/** The shapes of what a site's owner is told: of its settings with its keys, of its pixels, of its shares. */
import * as v from 'valibot'
import { about, may, number, text, whole, names, list, site, upstream } from './words'

const Summary = { site, name: text, timezone: text, origins: names }

const sum = { plus: names, minus: may(names, 'Metrics taken off.') }

export const Site = v.strictObject({
  ...Summary,
  static: v.boolean(),
  respect: about(whole(), 'Opt-outs that the script obeys: 1 Global Privacy Control, 2 Do Not Track, 3 both.'),
  shards: list(v.strictObject({ from: number, k: whole(), heard: may(number, 'When every isolate has heard of it.') })),
  prefixes: v.strictObject({ script: text, pixel: text }),
  zones: about(list(v.strictObject({ from: number, zone: text })), 'Each from a time on, unix milliseconds.'),
  cross: list(names),
  metrics: v.record(v.string(), v.strictObject({ ...sum, per: may(v.strictObject(sum), 'What it is divided by.') })),
  keep: v.strictObject({ raw: whole(), hours: whole(), days: whole() }),
  rate: v.union([v.number(), v.literal(false)]),
  allow: v.record(v.string(), v.strictTuple([v.number(), v.number()])),
  upstream,
  pixelEpoch: about(whole(), 'What an envelope that is minted elsewhere names as its epoch.'),
  keys: v.strictObject({
    public: about(text, 'Seals beacons; it stands in the script.'),
    pixel: about(text, 'Seals pixels: keep it secret.'),
    write: about(text, 'Counts and mints: keep it secret.'),
    read: about(text, 'Reads: keep it secret.'),
  }),
  snippet: about(text, 'The script tag.'),
})
export const Sites = v.strictObject({ sites: list(v.strictObject(Summary)) })

const grant = {
  id: text,
  expires: about(whole(), 'Unix seconds; 0 for never.'),
  url: text,
  name: may(text, 'Its label.'),
}
export const Scope = v.strictObject({
  type: v.optional(v.string()),
  dimension: v.optional(names),
  metrics: v.optional(names),
  periods: v.optional(names),
  intervals: v.optional(names),
  origins: v.optional(names),
  allowMissing: v.optional(v.literal(true)),
})
const noscript = about(text, 'For browsers without scripts.')
export const Pixel = v.strictObject({ ...grant, noscript })
export const PixelsMinted = v.union([
  Pixel,
  about(
    v.strictObject({ expires: v.number(), pixels: list(v.strictObject({ id: text, url: text })) }),
    'With `count`.',
  ),
])
export const Pixels = v.strictObject({ pixels: list(v.strictObject(grant)) })
const shared = { ...grant, embed: about(text, "The element's two lines."), scope: Scope }
export const Share = v.strictObject({ ...shared, share: about(text, 'The envelope, for `?share=`.') })
export const Shares = v.strictObject({ shares: list(v.strictObject(shared)) })

export const Reset = v.strictObject({
  site,
  reset: about(
    v.strictObject({
      type: v.optional(v.string()),
      path: v.optional(names),
      metric: v.optional(v.string()),
      visitor: v.optional(v.string()),
    }),
    'What was deleted.',
  ),
})
