/** A site as a deployment lists it, of the plainest kind; what a test is about, it says. */
import type { Site } from '../worker/ingest/settings'

export const siteWith = (changes: Partial<Site> = {}): Site => ({
  site: 7,
  name: 'shop',
  zones: [{ from: 0, zone: 'UTC' }],
  origins: [],
  shards: [{ from: 0, k: 1 }],
  fixedShards: 1,
  static: false,
  respect: 3,
  prefixes: { script: 'b', pixel: 'p' },
  versions: { write: 1, read: 1 },
  created: 0,
  revoked: [],
  ...changes,
})
