import { expect, test } from 'vitest'
import { languageOf } from '../../../worker/ingest/language'
import { placeOf } from '../../../worker/ingest/place'
import { arrivalOf } from '../../../worker/ingest/referrer'

test.each([
  ['', { source: 'direct' }],
  ['news.example/item?id=1', { referrer: 'news.example', source: 'news.example' }],
  ['www.google.com/', { referrer: 'google.com', source: 'google.com' }],
  ['mail.google.com/', { referrer: 'mail.google.com', source: 'mail.google.com' }],
  ['https://www.Google.com/search', { referrer: 'google.com', source: 'google.com' }],
  ['android-app://com.google.android.gm/', { referrer: 'com.google.android.gm', source: 'com.google.android.gm' }],
  ['shop.example/cart', { source: 'direct' }],
  ['www.shop.example/cart', { source: 'direct' }],
  ['?', { source: 'direct' }],
  ['?ref=hn', { source: 'hn' }],
  ['?source=letter', { source: 'letter' }],
  ['?source=c&ref=b&utm_source=a', { source: 'a', campaign: ['a', undefined, undefined] }],
  ['?ref=%20', { source: 'direct' }],
  ['?gclid=x', { source: 'direct' }],
  [
    'google.com/?utm_source=ads&utm_medium=cpc&utm_campaign=spring+sale',
    { referrer: 'google.com', source: 'ads', campaign: ['ads', 'cpc', 'spring sale'] },
  ],
  ['?utm_campaign=only', { source: 'direct', campaign: [undefined, undefined, 'only'] }],
  ['?utm_source=%E0%A4%A', { source: '\ufffd%A', campaign: ['\ufffd%A', undefined, undefined] }],
])('reads the arrival "%s"', (text, arrival) => {
  expect(arrivalOf(text, 'www.shop.example/page')).toEqual(arrival)
})

test.each([
  ['shop.example/a/b?x=1', 'shop.example', '/a/b?x=1'],
  ['shop.example', 'shop.example', '/'],
  ['shop.example?x', 'shop.example', '/?x'],
  ['HTTPS://Shop.Example:8443/A#part', 'shop.example:8443', '/A'],
  ['/files/a.pdf', '', '/files/a.pdf'],
  ['[::1]:8787/x', '[::1]:8787', '/x'],
  ['', '', '/'],
  ['#x', '', '/'],
])('reads the place "%s"', (text, host, path) => {
  expect(placeOf(text)).toEqual({ host, path })
})

test.each([
  ['sv-SE,sv;q=0.9,en;q=0.8', 'sv'],
  ['EN', 'en'],
  [' fil-PH', 'fil'],
  ['*', 'unknown'],
  ['', 'unknown'],
  ['english', 'unknown'],
  ['__proto__', 'unknown'],
  [undefined, 'unknown'],
])('reads the language "%s" as %s', (header, language) => {
  expect(languageOf(header)).toBe(language)
})
