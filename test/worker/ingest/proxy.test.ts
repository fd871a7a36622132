import { describe, expect, test } from 'vitest'
import { addressOf, parseProxy, socketOf, type TrustedProxy } from '../../../worker/ingest/proxy'

const proxy = (text: string) => parseProxy(text) as TrustedProxy
const LOCAL = proxy('X-Forwarded-For 127.0.0.0/8,10.0.0.0/8,::1/128')

const from = (socket: string | undefined, forwarded?: string, trusted: TrustedProxy | undefined = LOCAL) =>
  addressOf({ socket, header: (name) => (name === 'x-forwarded-for' ? forwarded : undefined) }, trusted)

describe('the client address', () => {
  test.each([
    ['127.0.0.1:51294', '127.0.0.1'],
    ['[::1]:123', '::1'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['203.0.113.9', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
    ['unix:/run/x', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of socket %s is %s', (socket, address) => {
    expect(addressOf({ socket, header: () => '198.51.100.1' })).toBe(address)
  })

  test.each([
    ['a stranger who sends the header himself', '203.0.113.9:1', '198.51.100.1', '203.0.113.9'],
    ['a proxy that names one client', '127.0.0.1:1', '198.51.100.1', '198.51.100.1'],
    ['a client that forged the left of the list', '127.0.0.1:1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['two trusted proxies', '127.0.0.1:1', '198.51.100.1, 10.1.2.3', '198.51.100.1'],
    ['a client inside the network', '127.0.0.1:1', '10.9.9.9', '10.9.9.9'],
    ['a proxy on IPv6', '[::1]:1', '2001:db8::5', '2001:db8::5'],
    ['a hop with a port', '127.0.0.1:1', '198.51.100.1:5555', '198.51.100.1'],
    ['a hop with brackets', '127.0.0.1:1', '[2001:db8::5]:99', '2001:db8::5'],
    ['no header', '127.0.0.1:1', undefined, '127.0.0.1'],
    ['an empty header', '127.0.0.1:1', '', '127.0.0.1'],
    ['a hop that is no address', '127.0.0.1:1', '198.51.100.1, unknown, 10.0.0.1', '10.0.0.1'],
  ])('behind %s', (_, socket, forwarded, address) => {
    expect(from(socket, forwarded)).toBe(address)
  })

  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/9', '10.128.0.0', false],
    ['192.168.4.0/22', '192.168.7.255', true],
    ['192.168.4.0/22', '192.168.8.0', false],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7/32', '203.0.113.6', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::/0', '8.8.8.8', true],
  ])('in %s trusts %s: %s', (network, socket, trusted) => {
    const address = from(socket, '198.51.100.77', proxy(`x-forwarded-for ${network}`))
    expect(address === '198.51.100.77').toBe(trusted)
  })
})

describe('the setting', () => {
  test('takes networks between commas or spaces and any case of the header', () => {
    expect(proxy('X-Real-IP 10.0.0.0/8, ::1/128 127.0.0.1')).toMatchObject({
      header: 'x-real-ip',
      networks: { length: 3 },
    })
  })

  test.each([
    '',
    'x-forwarded-for',
    'x-forwarded-for all',
    'x-forwarded-for 10.0.0.0/33',
    'x-forwarded-for 10.0.0/8',
    'x-forwarded-for 10.0.0.256',
    'x-forwarded-for 010.0.0.1',
    'x-forwarded-for ::/129',
    'x-forwarded-for 1::2::3',
    'x-forwarded-for 1:2:3:4:5:6:7',
    'x-forwarded-for 1:2:3:4:5:6:7:8:9',
    'x-forwarded-for 10.0.0.0/',
    'a header: 10.0.0.0/8',
  ])('names the problem of "%s"', (text) => {
    expect(parseProxy(text)).toHaveProperty('problem')
  })
})

describe('the socket', () => {
  test.each([
    ['plain workerd', { clientIp: '127.0.0.1:5' }, '127.0.0.1:5'],
    ["Cloudflare's edge", { colo: 'ARN', country: 'SE' }, '203.0.113.9'],
    ['nobody', undefined, undefined],
    ['a cf without either', {}, undefined],
  ])('of %s', (_, cf, socket) => {
    expect(socketOf(cf, (name) => (name === 'cf-connecting-ip' ? '203.0.113.9' : undefined))).toBe(socket)
  })
})
