import { expect, test } from 'vitest'
import { fetchRefusal } from '../../../worker/ingest/fetched'

test.each<[string, Record<string, string>, string | undefined]>([
  ['a browser of before Fetch Metadata, a mail program, a server', {}, undefined],
  [
    'a script’s fetch',
    { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'cross-site' },
    undefined,
  ],
  [
    'sendBeacon',
    { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'same-origin' },
    undefined,
  ],
  ['a picture', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' }, undefined],
  [
    'whoever opens the URL',
    { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' },
    'dest',
  ],
  ['a frame', { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }, 'dest'],
  ['a navigation that names no destination', { 'sec-fetch-mode': 'navigate' }, 'dest'],
  ['a page that takes it for a script', { 'sec-fetch-dest': 'script' }, 'dest'],
  ['a destination nobody has heard of', { 'sec-fetch-dest': 'images' }, 'dest'],
  ['a prefetched page', { 'sec-purpose': 'prefetch' }, 'prefetch'],
  ['a prerendered page', { 'sec-purpose': 'prefetch;prerender', 'sec-fetch-dest': 'image' }, 'prefetch'],
  ['a page prefetched by a proxy', { 'sec-purpose': 'prefetch;anonymous-client-ip' }, 'prefetch'],
  ['Chromium of before Sec-Purpose', { purpose: 'prefetch' }, 'prefetch'],
  ['Safari’s preview', { 'x-purpose': 'preview' }, 'prefetch'],
  ['Firefox of before Sec-Purpose', { 'x-moz': 'Prefetch' }, 'prefetch'],
])('%s: %j is %s', (_, headers, refusal) => {
  expect(fetchRefusal((name) => headers[name])).toBe(refusal)
})
