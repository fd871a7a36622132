/** Routes that count: the beacon's, the pixel's, and the owner's own programs'. */
import * as v from 'valibot'
import { PageQuery } from '../asked/page'
import { ALIASES, CountSchema } from '../ingest/count'
import { COUNTS, ENVELOPES } from '../ingest/limits'
import { Config, Counted } from './counted'
import { Decision } from './decided'
import type { Family } from './route'

/** HailWhale's names beside ours, each of the same shape. */
const aliases = Object.fromEntries(
  [...ALIASES].map(([name, own]) => [
    name,
    v.pipe(
      CountSchema.entries[own as 'type' | 'metrics'], // What an alias stands for is a member.
      v.metadata({ description: `HailWhale's name for \`${own}\`.`, deprecated: true }),
    ),
  ]),
)
export const Event = v.strictObject({ ...CountSchema.entries, ...aliases })
const Events = v.union([Event, v.pipe(v.array(Event), v.maxLength(COUNTS))])

const sealed = { 204: { about: 'Counted, or refused for good: the answer is the same.' } }
const tooFast = { 429: { about: 'Nothing was taken: come again after `Retry-After` seconds.' } }

export const counting: Family = {
  name: 'Counting',
  about: 'What browsers, pictures and programs send.',
  routes: [
    {
      method: 'post',
      path: '/count',
      does: 'Counts events of your own programs',
      about: `One event, a list, or NDJSON; ${COUNTS.toLocaleString('en')} at most. If one is wrong none counts.`,
      by: ['write', 'admin'],
      body: Events,
      bodyTypes: ['application/json', 'application/x-ndjson'],
      example: { body: { type: 'order', dimensions: { shop: 'north' }, metrics: { dollars: 12.5 }, id: '4711' } },
      answers: { 200: { about: 'What became of them.', schema: Counted } },
    },
    {
      method: 'get',
      path: '/count',
      does: 'Counts one event',
      about: 'What begins like JSON is JSON, as HailWhale has it.',
      by: ['write', 'admin'],
      query: Event,
      isJson: true,
      example: { query: { type: 'order', metrics: '{"dollars":12.5}' } },
      answers: { 200: { about: 'What became of it.', schema: Counted } },
    },
    {
      method: 'get',
      path: '/p/{envelope}',
      does: 'Counts a sealed URL',
      about:
        'An envelope, with `.gif` for a picture, or `.once.gif` for one that counts a visitor once a day. A minted pixel takes its open slots as parameters. The first segment is a site’s own to choose.',
      by: [],
      parts: { envelope: 'What a beacon or a mint sealed.' },
      answers: { ...sealed, 200: { about: 'The same, with `.gif`.', type: 'image/gif' }, ...tooFast },
    },
    {
      method: 'post',
      path: '/p/',
      does: 'Counts sealed envelopes',
      about: `One a line, ${ENVELOPES} at most, as \`text/plain\`, so that no browser asks before it sends.`,
      by: [],
      body: v.string(),
      bodyTypes: ['text/plain'],
      answers: { ...sealed, ...tooFast },
    },
    {
      method: 'get',
      path: '/b/{site}.js',
      does: 'Gives the script',
      about: 'With the site’s current public key inside. The first segment is a site’s own to choose.',
      by: [],
      parts: { site: 'Number or name.' },
      answers: { 200: { about: 'To be kept for an hour.', type: 'text/javascript' } },
    },
    {
      method: 'get',
      path: '/b/{site}.json',
      does: 'Gives what the script holds of the site',
      about: 'Or, where the script asks for its page, what `/decide` answers, who says how that is.',
      by: [],
      parts: { site: 'Number or name.' },
      query: PageQuery,
      answers: {
        200: { about: 'To be kept for an hour; a decision not at all.', schema: v.union([Config, Decision]) },
      },
    },
    {
      method: 'get',
      path: '/b/{site}.jsm',
      does: 'Gives the script’s module',
      about: 'What pages with experiments load beside the script. It is the same at all sites.',
      by: [],
      parts: { site: 'Number or name.' },
      answers: { 200: { about: 'To be kept for an hour.', type: 'text/javascript' } },
    },
  ],
}
