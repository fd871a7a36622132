/** Which secrets go up with a deploy, by what the Worker has and what is known of this copy. */
import { expect, test } from 'vitest'
import { originIn } from '../../../sdk/cli/cloudflare'
import { hashesOf } from '../../../sdk/cli/copy'
import { type Known, sendingOf } from '../../../sdk/cli/sending'

const MASTER = 'GRAUPEL_MASTER'
const ADMIN = 'GRAUPEL_ADMIN'
const BOTH = new Set([MASTER, ADMIN])
const here = { GRAUPEL_MASTER: hashesOf('0:a\n1:b'), GRAUPEL_ADMIN: hashesOf('ga_x') }
const known: Known = { remote: BOTH, uploaded: here, here, made: new Set(), given: new Set(), all: false }

test.each<[string, Partial<Known>, Record<string, string>]>([
  ['a new Worker gets both', { remote: new Set(), uploaded: {} }, { [MASTER]: 'it had none', [ADMIN]: 'it had none' }],
  ['one that has what is here gets none', {}, {}],
  ['one that has secrets of which nothing is known gets none', { uploaded: {} }, {}],
  ['one that lost its admin token gets that', { remote: new Set([MASTER]) }, { [ADMIN]: 'it had none' }],
  ['one that lost its keys gets those', { remote: new Set([ADMIN, 'OTHER']) }, { [MASTER]: 'it had none' }],
  [
    'a key that was added here is sent',
    { uploaded: { ...here, GRAUPEL_MASTER: hashesOf('0:a') } },
    { [MASTER]: 'changed' },
  ],
  [
    'a key that was revoked here is sent',
    { uploaded: { ...here, GRAUPEL_MASTER: hashesOf('3:z\n0:a\n1:b') } },
    { [MASTER]: 'changed' },
  ],
  ['a new admin token is sent', { made: new Set([ADMIN]), uploaded: {} }, { [ADMIN]: 'new' }],
  [
    'where another one was sent from the environment, this is',
    { uploaded: { GRAUPEL_ADMIN: [] } },
    { [ADMIN]: 'changed' },
  ],
  ['the environment stands above what is there', { given: new Set([ADMIN]) }, { [ADMIN]: 'from the environment' }],
  [
    'all are sent where that is said',
    { all: true, uploaded: { GRAUPEL_MASTER: hashesOf('0:z') } },
    { [MASTER]: 'as you say', [ADMIN]: 'as you say' },
  ],
])('%s', (_, what, sent) => {
  expect(Object.fromEntries(sendingOf({ ...known, ...what }))).toEqual(sent)
})

test.each<[string, Partial<Known>]>([
  ['the copy', {}],
  ['the environment', { given: new Set([MASTER]) }],
])('keys of %s that share none with those sent before are not sent over them', (_, what) => {
  const uploaded = { ...here, GRAUPEL_MASTER: hashesOf('0:z') }
  expect(() => sendingOf({ ...known, uploaded, ...what })).toThrow('Put back your copy')
  // A Worker that is gone took its data along.
  expect(sendingOf({ ...known, uploaded, ...what, remote: new Set() }).has(MASTER)).toBe(true)
})

test('keys of the environment go over none of which nothing is known, unless that is said', () => {
  const unknown: Known = { ...known, uploaded: {}, given: new Set([MASTER]) }
  expect(() => sendingOf(unknown)).toThrow('--secrets')
  expect(sendingOf({ ...unknown, all: true }).get(MASTER)).toBe('from the environment')
  expect(sendingOf({ ...unknown, remote: new Set() }).get(MASTER)).toBe('from the environment')
})

test.each([
  [['graupel.rain.workers.dev'], 'https://graupel.rain.workers.dev'],
  [['graupel.rain.workers.dev', 'stats.example.com (custom domain)'], 'https://stats.example.com'],
  [['graupel.rain.workers.dev', 'stats.example.com/* (zone name: example.com)'], 'https://stats.example.com'],
  [['graupel.rain.workers.dev', 'example.com/stats/*', '*.example.com/*'], 'https://graupel.rain.workers.dev'],
  [['schedule: * * * * *'], undefined],
])('of the targets %j browsers are sent to %s', (targets, origin) => {
  expect(originIn(targets)).toBe(origin)
})
