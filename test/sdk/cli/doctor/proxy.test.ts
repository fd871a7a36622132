import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { placesCheck, proxyCheckOf, seenBy } from '../../../../sdk/cli/doctor/proxy'
import type { Seen } from '../../../../sdk/cli/explain'

const SEEN: Seen = {
  address: '127.0.0.1',
  from: 'socket',
  socket: '127.0.0.1',
  proxy: null,
  isLimited: false,
  place: {},
  places: null,
  headers: {},
  asked: 'http://127.0.0.1:8787',
  origin: 'http://127.0.0.1:8787',
  now: 0,
}
const HERE = 'http://127.0.0.1:8787'
const PUBLIC = 'https://stats.example.com'
const TRUSTED = { header: 'x-forwarded-for', isTrusted: true, isWithin: false }
const NAMED = { 'x-forwarded-for': '198.51.100.7' }
const BY_PROXY = { socket: '10.0.0.2', address: '10.0.0.2' }
const BY_HEADER = { socket: '10.0.0.2', address: '198.51.100.7', from: 'header', headers: NAMED } as const

test.each<[what: string, at: string, seen: Partial<Seen>, isForgeable: boolean, state: string, says: RegExp]>([
  ['nothing in front', HERE, {}, false, 'ok', /none in front: the server sees 127\.0\.0\.1, this machine/],
  ['a private network', 'http://10.0.0.9', { ...BY_PROXY }, false, 'ok', /none in front: the server sees 10\.0\.0\.2$/],
  ['Cloudflare', PUBLIC, { from: 'cloudflare', address: '198.51.100.7' }, false, 'ok', /Cloudflare.*198\.51\.100\.7/],
  ['a proxy unheard of, that names', HERE, { headers: NAMED }, false, 'wrong', /taken for every visitor/],
  ['a proxy unheard of, by TLS', PUBLIC, BY_PROXY, false, 'wrong', /10\.0\.0\.2, is taken for every visitor/],
  ['another way of naming', HERE, { headers: { forwarded: 'for=1.1.1.1' } }, false, 'wrong', /taken for every visitor/],
  ['a proxy that names', PUBLIC, { ...BY_HEADER, proxy: TRUSTED }, false, 'ok', /names each client.*198\.51\.100\.7/],
  [
    'a proxy elsewhere',
    PUBLIC,
    { ...BY_PROXY, headers: NAMED, proxy: { ...TRUSTED, isTrusted: false } },
    false,
    'wrong',
    /10\.0\.0\.2 is not among the networks/,
  ],
  [
    'a proxy that names nobody',
    PUBLIC,
    { ...BY_PROXY, proxy: TRUSTED },
    false,
    'wrong',
    /does not say in x-forwarded-for/,
  ],
  ['a proxy that lets through', PUBLIC, { ...BY_HEADER, proxy: TRUSTED }, true, 'wrong', /anybody writes.*is believed/],
  [
    'a proxy that lets through and names nobody',
    PUBLIC,
    { ...BY_PROXY, proxy: { ...TRUSTED, isWithin: true } },
    true,
    'wrong',
    /anybody writes.*is believed/,
  ],
  [
    'one who is trusted himself',
    HERE,
    { proxy: { ...TRUSTED, isWithin: true } },
    true,
    'note',
    /is among the networks/,
  ],
  [
    'one who is trusted himself, by the proxy',
    PUBLIC,
    { headers: { 'x-forwarded-for': '127.0.0.1' }, proxy: { ...TRUSTED, isWithin: true } },
    true,
    'note',
    /is among the networks/,
  ],
])('%s', (_, at, seen, isForgeable, state, says) => {
  const check = proxyCheckOf(at, { ...SEEN, ...seen }, isForgeable)
  expect(check).toMatchObject({ check: 'proxy', state, says: expect.stringMatching(says) })
  expect(check.mend !== undefined).toBe(state !== 'ok')
})

test.each<[headers: Record<string, string>, mend: RegExp]>([
  [{ 'x-real-ip': '198.51.100.7' }, /^start the server with GRAUPEL_PROXY="x-real-ip 10\.0\.0\.2"$/],
  [{ 'cf-connecting-ip': '198.51.100.7' }, /GRAUPEL_PROXY="cf-connecting-ip 10\.0\.0\.2"/],
  [{}, /^let the proxy send x-forwarded-for, and start the server with GRAUPEL_PROXY="x-forwarded-for 10\.0\.0\.2"$/],
  [{ forwarded: 'for=198.51.100.7' }, /^let the proxy send x-forwarded-for/],
])('of a proxy that sends %j it says what to set', (headers, mend) => {
  expect(proxyCheckOf(PUBLIC, { ...SEEN, ...BY_PROXY, headers }, false).mend).toMatch(mend)
})

test.each<[seen: Partial<Seen>, state: string, says: RegExp]>([
  [{}, 'note', /not told apart/],
  [{ places: 'file', address: '10.0.0.2' }, 'ok', /in a file: none is known of 10\.0\.0\.2/],
  [{ places: 'file', place: { country: 'SE' } }, 'ok', /127\.0\.0\.1 is in SE/],
  [{ places: 'cloudflare', place: { country: 'SE' } }, 'ok', /by Cloudflare/],
])('of places %j it says %s', (seen, state, says) => {
  expect(placesCheck({ ...SEEN, ...seen })).toMatchObject({ state, says: expect.stringMatching(says) })
})

test.each(['', 'Welcome', '{}', 'null'])('tells who answers "%s" from a Graupel', async (text) => {
  const stranger = createServer((_, response) => response.setHeader('connection', 'close').end(text))
  onTestFinished(() => void stranger.close())
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  const at = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}` // It listens on a port, not on a pipe.
  await expect(seenBy({ at, token: 'ga_secret' })).rejects.toThrow('not as a Graupel does')
})
