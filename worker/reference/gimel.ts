/** Gimel's routes: for pages that run their own experiments by AlephBet. */
import { SiteUntrackQuery, SiteTrackQuery, TrackedQuery, TrackQuery, UntrackQuery } from '../asked/gimel'
import type { By, Family, Told } from './route'
import { Tracked } from './decided'

const parts = { site: 'Number or name.' }
const KEYS: readonly By[] = ['read', 'write', 'admin']
const OWNER: readonly By[] = ['write', 'admin']
const EXAMPLE = { experiment: 'colour', uuid: '6b1c7a0e', variant: 'blue', event: 'participate' }
const answers: Record<number, Told> = {
  200: { about: 'It is on disk, or was. Empty.' },
  429: { about: 'Nothing was taken: come again after `Retry-After` seconds.' },
}
const forgotten: Record<number, Told> = { 200: { about: 'It is gone, or never was. Empty.' } }

export const gimel: Family = {
  name: 'Gimel',
  about:
    "AlephBet's Gimel adapter takes `https://HOST/gimel/SITE` as its URL, and nothing else is changed. Keys may come as `X-Api-Key`, too.",
  routes: [
    {
      method: 'get',
      path: '/gimel/{site}',
      does: 'Counts who took part in an experiment, or reached a goal',
      about: 'The same visitor counts once, for ever. What else is in the query is passed over.',
      by: [],
      parts,
      query: TrackQuery,
      example: { query: EXAMPLE },
      answers,
    },
    {
      method: 'get',
      path: '/gimel/{site}/track',
      does: 'The same, at the end that Gimel had',
      by: [],
      parts,
      query: TrackQuery,
      example: { query: EXAMPLE },
      answers,
    },
    {
      method: 'get',
      path: '/track',
      does: 'The same, with the site in the query',
      by: [],
      query: SiteTrackQuery,
      example: { query: { site: 'shop', ...EXAMPLE } },
      answers,
    },
    {
      method: 'get',
      path: '/gimel/{site}/experiments',
      does: 'Gives visitors by experiment, goal and variant',
      about:
        'Exact at any size: `trials` took part, `successes` reached the goal. `/experiments` with `namespace` says the same.',
      by: KEYS,
      parts,
      query: TrackedQuery,
      answers: { 200: { about: 'What was asked, then the experiments.', schema: Tracked } },
    },
    {
      method: 'delete',
      path: '/gimel/{site}/delete',
      does: 'Deletes an experiment',
      about: 'With all visitors it knows: under the same name it begins anew.',
      by: OWNER,
      parts,
      query: UntrackQuery,
      example: { query: { experiment: 'colour' } },
      answers: forgotten,
    },
    {
      method: 'delete',
      path: '/delete',
      does: 'The same, with the site in the query',
      by: OWNER,
      query: SiteUntrackQuery,
      example: { query: { experiment: 'colour' } },
      answers: forgotten,
    },
  ],
}
