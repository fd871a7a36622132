/** Routes of whoever runs the deployment, those between two Graupels, and pages. */
import * as v from 'valibot'
import { LogQuery, Upstreams } from '../asked/deployment'
import { Explaining } from '../asked/explain'
import { EmbedQuery } from '../asked/graph'
import { StatusQuery } from '../asked/status'
import { SliceSchema } from '../ingest/forwarded'
import { AllStatus, Explained, Forward, Health, Login, Received, SiteStatus } from './deployed'
import type { Family } from './route'

export const deployment: Family = {
  name: 'Deployment',
  about: 'Whether all is well, and whom it forwards to.',
  routes: [
    {
      method: 'get',
      path: '/status',
      does: 'Says how a site is, or all',
      about: 'Without `site`, the admin token is told of the deployment.',
      by: ['read', 'admin'],
      query: StatusQuery,
      answers: {
        200: {
          about: 'What waits, what is missing, what was refused and why.',
          schema: v.union([SiteStatus, AllStatus]),
        },
      },
    },
    {
      method: 'get',
      path: '/healthz',
      does: 'Says that somebody is there',
      by: [],
      answers: { 200: { about: 'It is ready.', schema: Health } },
    },
    {
      method: 'post',
      path: '/api/logins',
      does: 'Makes a login link',
      by: ['admin'],
      answers: { 201: { about: 'A code, good once.', schema: Login } },
    },
    {
      method: 'post',
      path: '/api/explain',
      does: 'Explains an envelope',
      about: 'What would become of it, if it came in such a request. It counts nothing.',
      by: ['admin'],
      body: Explaining,
      example: { body: { envelope: 'https://HOST/p/EgAAy….gif', page: 'https://shop.example/' } },
      answers: { 200: { about: 'The events it would count as, or why it is refused.', schema: Explained } },
    },
    {
      method: 'get',
      path: '/api/forward',
      does: 'Says who is forwarded to',
      by: ['admin'],
      answers: { 200: { about: 'Upstreams, and linked sites.', schema: Forward } },
    },
    {
      method: 'put',
      path: '/api/forward',
      does: 'Changes who is forwarded to',
      about: 'Holds at once, until the next start.',
      by: ['admin'],
      body: Upstreams,
      example: { body: { upstreams: ['https://stats.example.com'] } },
      answers: { 200: { about: 'As it is now.', schema: Forward } },
    },
    {
      method: 'get',
      path: '/api/slices',
      does: 'Says how far a log has come',
      about: 'Asked by another Graupel that forwards to this one.',
      by: ['write'],
      query: LogQuery,
      answers: { 200: { about: 'Which site this is, and how far it has that log.', schema: Received } },
    },
    {
      method: 'post',
      path: '/api/slices',
      does: 'Takes a slice of a log',
      about: 'Sent by another Graupel, plain or gzip; specified in `sdk/wire`.',
      by: ['write'],
      body: SliceSchema,
      answers: { 200: { about: 'How far it has that log now.', schema: Received } },
    },
  ],
}

export const pages: Family = {
  name: 'In pages',
  about: 'What a share looks like in a page, and this description.',
  routes: [
    {
      method: 'get',
      path: '/embed',
      does: 'A page with nothing but a graph, for a frame',
      by: ['share'],
      query: EmbedQuery,
      answers: { 200: { about: 'A page.', type: 'text/html' } },
    },
    {
      method: 'get',
      path: '/embed.js',
      does: 'The element that shows a share in any page',
      by: [],
      answers: { 200: { about: 'To be kept for an hour.', type: 'text/javascript' } },
    },
    {
      method: 'get',
      path: '/results.js',
      does: "The element that shows an experiment's results in any page",
      about: '`<graupel-results decision="…" share="…">`: a share of the type that counts the decision opens it.',
      by: [],
      answers: { 200: { about: 'To be kept for an hour.', type: 'text/javascript' } },
    },
    {
      method: 'get',
      path: '/openapi.json',
      does: 'This description',
      by: [],
      answers: { 200: { about: 'OpenAPI 3.1.', schema: v.looseObject({ openapi: v.literal('3.1.1') }) } },
    },
    {
      method: 'get',
      path: '/reference',
      does: 'This description, for people',
      by: [],
      answers: { 200: { about: 'A page.', type: 'text/html' } },
    },
  ],
}
