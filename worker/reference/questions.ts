/** Routes that answer: graphs, rankings, the cube, and what happens now. */
import { CubeBody, CubeQuery } from '../asked/cube'
import {
  CubeDimensionsQuery,
  CubeMeasuresQuery,
  DimensionsQuery,
  GraphQuery,
  PlotpointsQuery,
  RankQuery,
  TotalsQuery,
} from '../asked/graph'
import { LiveQuery, SpyQuery, TailQuery } from '../asked/live'
import { Cube, CubeDimensions, CubeMeasures, Dimensions, Graph, Live, Plotpoints, Rank, Spy, Totals } from './answered'
import type { By, Family } from './route'

const SHARED: readonly By[] = ['read', 'share', 'admin']
const READ: readonly By[] = ['read', 'admin']
const VIEWS = { type: 'pageview', period: '7d' }

export const graphs: Family = {
  name: 'Graphs',
  about:
    'One question, several forms of the answer. `site=1,2,3` or `site=all` sums several sites, for the admin token.',
  routes: [
    {
      method: 'get',
      path: '/graph',
      does: 'Answers a question as series of points',
      by: SHARED,
      query: GraphQuery,
      example: { query: { ...VIEWS, metric: 'hits,sessions', compare: 'week' } },
      answers: { 200: { about: 'A series for each metric and path.', schema: Graph } },
    },
    {
      method: 'get',
      path: '/graph.svg',
      does: 'Draws it',
      by: SHARED,
      query: GraphQuery,
      example: { query: { ...VIEWS, width: '800' } },
      answers: { 200: { about: 'A drawing.', type: 'image/svg+xml' } },
    },
    {
      method: 'get',
      path: '/graph.csv',
      does: 'Lists it',
      by: SHARED,
      query: GraphQuery,
      example: { query: VIEWS },
      answers: { 200: { about: 'A row a point, longer paths as JSON.', type: 'text/csv' } },
    },
  ],
}

export const rankings: Family = {
  name: 'Rankings',
  about: "What lies below a path, by how much it matters; and HailWhale's questions in HailWhale's shapes.",
  routes: [
    {
      method: 'get',
      path: '/rank',
      does: 'Ranks what lies below a path',
      by: SHARED,
      query: RankQuery,
      example: { query: { ...VIEWS, dimension: 'country' } },
      answers: { 200: { about: 'The greatest first, each with whether it matters.', schema: Rank } },
    },
    {
      method: 'get',
      path: '/totals',
      does: 'Sums one or several periods',
      by: SHARED,
      query: TotalsQuery,
      example: { query: { type: 'pageview', period: 'today,30d' } },
      answers: { 200: { about: 'Sums by period.', schema: Totals } },
    },
    {
      method: 'get',
      path: '/plotpoints',
      does: 'Gives the points by dimension and metric',
      by: SHARED,
      query: PlotpointsQuery,
      example: { query: { ...VIEWS, dimension: 'country', depth: '1' } },
      answers: { 200: { about: 'Dense, oldest first.', schema: Plotpoints } },
    },
    {
      method: 'get',
      path: '/dimensions',
      does: 'Lists the children of a path',
      by: SHARED,
      query: DimensionsQuery,
      example: { query: { ...VIEWS, dimension: 'country', metric: 'hits' } },
      answers: { 200: { about: 'A page of them.', schema: Dimensions } },
    },
  ],
}

export const cube: Family = {
  name: 'Cube',
  about: "Filters and groups, as Cask's did; times are unix seconds.",
  routes: [
    {
      method: 'post',
      path: '/cube',
      does: 'Answers a question that filters and groups',
      by: READ,
      body: CubeBody,
      example: { body: { type: 'pageview', resolution: 3600, startTs: 1_767_225_600, groupByDimensions: ['country'] } },
      answers: { 200: { about: 'A sparse series of each measure and group.', schema: Cube } },
    },
    {
      method: 'get',
      path: '/cube',
      does: 'The same, by a URL',
      by: READ,
      query: CubeQuery,
      example: { query: { query: '{"type":"pageview","startTs":1767225600}' } },
      answers: { 200: { about: 'A sparse series of each measure and group.', schema: Cube } },
    },
    {
      method: 'get',
      path: '/cube/dimensions',
      does: 'Lists the values there are to filter by',
      by: READ,
      query: CubeDimensionsQuery,
      example: { query: { type: 'pageview', prefix: 'country' } },
      answers: { 200: { about: 'In order.', schema: CubeDimensions } },
    },
    {
      method: 'get',
      path: '/cube/measures',
      does: 'Lists the metrics that were seen',
      by: READ,
      query: CubeMeasuresQuery,
      example: { query: { type: 'pageview' } },
      answers: { 200: { about: 'By name.', schema: CubeMeasures } },
    },
  ],
}

export const now: Family = {
  name: 'Now',
  about: 'What happens now. Nothing is written for it.',
  routes: [
    {
      method: 'get',
      path: '/spy',
      does: 'Shows the last events, one by one',
      by: READ,
      query: SpyQuery,
      example: { query: { limit: '5' } },
      answers: { 200: { about: 'Newest first.', schema: Spy } },
    },
    {
      method: 'get',
      path: '/tail',
      does: 'Shows each event as it is counted',
      about:
        'A WebSocket. A browser offers the key as a protocol, never in the URL: `new WebSocket("wss://HOST/tail", ["graupel", READ])`. It says `{"at", "type", "dimensions", "metrics"}`, and `{"dropped": 7}` where there were too many; `{"type": "request*"}` into it changes what is shown.',
      by: READ,
      query: TailQuery,
      answers: { 101: { about: 'The socket is open.' } },
    },
    {
      method: 'get',
      path: '/live',
      does: 'Gives rates and last values',
      by: READ,
      query: LiveQuery,
      example: { query: { type: 'pageview', dimension: 'country' } },
      answers: { 200: { about: "By the events' own time, over whole seconds.", schema: Live } },
    },
  ],
}
