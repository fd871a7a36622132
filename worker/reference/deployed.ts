/** The shapes of what is told to whoever runs the deployment, or to another Graupel that forwards to it. */
import * as v from 'valibot'
import { refusals } from '../ingest/refusal'
import { about, may, number, text, whole, ms, names, list, site, upstream } from './words'

export const Forward = v.strictObject({
  upstreams: about(names, 'Who is tried, in this order.'),
  sites: list(v.strictObject({ site, name: text, upstream })),
})
export const Received = v.strictObject({
  receiver: about(text, "The receiving site's name for good."),
  cursor: about(whole(), 'It has that log up to here.'),
})
export const Login = v.strictObject({ code: about(text, 'For `/login#…`, good once.'), expires: ms('When it ends') })

export const Refusals = list(
  v.strictObject({
    reason: v.picklist(Object.keys(refusals)),
    events: whole(),
    why: text,
    mend: about(text, 'What to do about it.'),
  }),
)
const mishap = v.strictObject({ at: ms('When'), upstream: text, message: text })

export const SiteStatus = v.strictObject({
  site,
  name: text,
  types: about(names, 'Types that were merged.'),
  shards: list(
    v.strictObject({
      shard: whole(),
      lastEvent: about(v.nullable(v.number()), 'Its arrival, unix milliseconds.'),
      waiting: about(whole(), 'Events that are acknowledged and not merged yet.'),
      lagSeconds: about(whole(), 'How old the first of them is.'),
    }),
  ),
  merged: list(v.strictObject({ shard: whole(), cursor: number, events: whole(), last: number })),
  pendingPaths: whole(),
  gaps: about(
    list(
      v.strictObject({ shard: v.optional(v.number()), source: v.optional(v.string()), start: number, until: number }),
    ),
    'What a log should have held and does not.',
  ),
  sources: about(
    list(v.strictObject({ source: text, generation: text, cursor: number, events: whole(), last: number })),
    'Who forwards to this site.',
  ),
  forward: may(
    v.strictObject({
      upstreams: names,
      upstream,
      shards: list(v.strictObject({ shard: whole(), cursor: number, inDoubt: number })),
      waiting: whole(),
      lagSeconds: whole(),
      lastError: v.nullable(mishap),
      errors: list(mishap),
    }),
    'Where its events go, of a linked site.',
  ),
  refusals: Refusals,
})
export const AllStatus = v.strictObject({
  sites: list(v.strictObject({ site, name: text })),
  refusals: Refusals,
})
export const Health = v.strictObject({ ok: v.literal(true) })

export const Explained = v.strictObject({
  client: about(
    v.looseObject({ address: v.nullable(v.string()), origin: text, now: whole() }),
    'What is seen of who asks.',
  ),
  envelopes: list(
    v.strictObject({
      kind: about(v.nullable(v.picklist(['beacon', 'pixel', 'server', 'share'])), '`null` where it is no envelope.'),
      site: v.optional(v.number()),
      name: v.optional(v.string()),
      epoch: may(v.strictObject({ number: whole(), week: v.nullable(v.string()), masterKey: whole() }), "Its key's."),
      seq: may(whole(), "Which of its page load's."),
      id: may(text, "The event's, the pixel's or the share's."),
      sealed: may(v.unknown(), 'What opened.'),
      counts: may(v.boolean(), 'Whether it would count.'),
      events: may(list(v.looseObject({ at: number, type: text })), 'The events it would count as.'),
      counted: may(v.boolean(), 'Whether it did already, by its id.'),
      reads: may(v.boolean(), 'Of a share, whether it may be read with.'),
      refusal: may(v.strictObject({ reason: text, why: text, mend: text }), 'Why not, and what to do about it.'),
      notes: names,
    }),
  ),
})
