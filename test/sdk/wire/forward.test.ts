import { expect, test } from 'vitest'
import { readUpstreams } from '../../../sdk/wire/forward'

test.each([
  ['https://stats.example.com', ['https://stats.example.com']],
  ['https://a.example/, https://b.example:8443', ['https://a.example', 'https://b.example:8443']],
  ['http://127.0.0.1:8787', ['http://127.0.0.1:8787']],
  ['http://localhost:1,http://[::1]:2', ['http://localhost:1', 'http://[::1]:2']],
  ['http://10.1.2.3,http://172.16.0.1,http://192.168.0.9,http://[fd12::1]', 4],
  ['off', []],
])('reads %j', (text, origins) => {
  const read = readUpstreams(text)
  expect(Array.isArray(origins) ? read : { length: origins }).toEqual(
    Array.isArray(origins) ? origins : { length: (read as string[]).length },
  )
})

test.each([
  ['stats.example.com', /is an origin such as/],
  ['https://a.example/path', /is an origin/],
  ['ftp://a.example', /is an origin/],
  ['https://a.example,', /is an origin/],
  ['https://a.example,https://a.example/', /given twice/],
  ['http://a.example', /must be https/],
  ['http://10.evil.example', /must be https/],
  ['http://11.0.0.1', /must be https/],
  ['http://172.32.0.1', /must be https/],
  ['http://[fd::1]', /must be https/],
  [Array.from({ length: 9 }, (_, i) => `https://${i}.example`).join(), /at most 8/],
])('says what is wrong with %j', (text, words) => {
  expect(readUpstreams(text)).toEqual({ problem: expect.stringMatching(words) })
})

test('says no password again', () => {
  expect(JSON.stringify(readUpstreams('https://me:secret@a.example'))).not.toContain('secret')
})
