import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { toldShort, toldSite, toldSites } from '../../../sdk/cli/glance'
import type { Looked, Overview } from '../../../sdk/cli/health'

/** Colours are for terminals, and whoever runs the tests may sit at one. */
const bare = (lines: readonly string[]) => lines.map(stripVTControlCharacters)

const NOW = Date.UTC(2026, 9, 21, 12)
const bot = { reason: 'bot', events: 1234, why: 'It is one.', mend: 'Nothing.' }

const quiet: Looked = {
  at: NOW,
  site: 7,
  name: 'shop',
  types: [],
  shards: [{ shard: 0, lastEvent: null, waiting: 0, lagSeconds: 0 }],
  merged: [],
  gaps: [],
  refusals: [],
  hits24h: {},
}
const busy: Looked = {
  ...quiet,
  types: ['order', 'order.big', 'pageview', 'refused'],
  shards: [
    { shard: 0, lastEvent: NOW - 3000, waiting: 12, lagSeconds: 5 },
    { shard: 1, lastEvent: NOW - 7_200_000, waiting: 1, lagSeconds: 7200 },
  ],
  merged: [{ shard: 0, events: 12_000 }],
  gaps: [{ shard: 1, start: (NOW - 60_000) * 1024, until: NOW * 1024 }],
  forward: {
    upstreams: ['https://a.example'],
    waiting: 13,
    lagSeconds: 7200,
    lastError: { at: NOW - 60_000, upstream: 'https://a.example', message: 'does not answer' },
  },
  refusals: [bot],
  hits24h: { order: 0, pageview: 12_345 },
}

test('tells of a site where nothing was heard that nothing was', () => {
  expect(bare(toldSite(quiet))).toEqual([
    'shop  7, last event never',
    '',
    'shard  last event  merged  waiting  oldest',
    '    0       never       –        –       –',
  ])
})

test('tells of a busy site all that waits, was lost, and was refused with what to do', () => {
  expect(bare(toldSite(busy))).toEqual([
    'shop  7, last event 3 s ago',
    '',
    'shard  last event  merged  waiting  oldest',
    '    0     3 s ago  12,000       12     5 s',
    '    1     2 h ago       –        1     2 h',
    '',
    'type      hits in 24 h',
    'order                –',
    'pageview        12,345',
    'and 1 more types, in --json',
    '',
    'forwarded to https://a.example; 13 wait, the oldest for 2 h',
    '1 min ago  https://a.example: does not answer',
    '',
    'gap  shard 1: what came from 2026-10-21T11:59:00.000Z to 2026-10-21T12:00:00.000Z is lost',
    '',
    'Refused',
    '    1,234  bot  It is one.',
    '           Nothing.',
  ])
})

const overview: Overview = {
  at: NOW,
  sites: [
    { site: 7, name: 'shop', lastEvent: NOW - 3000, waiting: 12, lagSeconds: 5, gaps: 0, refused: 0 },
    { site: 4_000_000_000, name: '店', lastEvent: null, waiting: 0, lagSeconds: 0, gaps: 2, refused: 1234 },
  ],
  refusals: [],
}

test('tells of all sites under each other', () => {
  expect(bare(toldSites(overview))).toEqual([
    '      site  name  last event  waiting  oldest  gaps  refused',
    '         7  shop     3 s ago       12     5 s     –        –',
    '4000000000  店         never        –       –     2    1,234',
  ])
  expect(bare(toldSites({ at: NOW, sites: [], refusals: [bot] }))).toEqual([
    'There is no site yet:  npx graupel site add NAME',
    '',
    'Refused, for no site of this deployment',
    '    1,234  bot  It is one.',
    '           Nothing.',
  ])
})

test.each([
  [busy, '2026-10-21T12:00:00.000Z  shop  last event 3 s ago, 13 waiting, 1 gaps, 1,234 refused'],
  [overview, '2026-10-21T12:00:00.000Z  2 sites  last event 3 s ago, 12 waiting, 2 gaps, 1,234 refused'],
  [
    { ...quiet, name: '\u001b[2J' },
    '2026-10-21T12:00:00.000Z  \ufffd[2J  last event never, 0 waiting, 0 gaps, 0 refused',
  ],
])('tells a log in a line', (seen, line) => {
  expect(toldShort(seen)).toBe(line)
})
