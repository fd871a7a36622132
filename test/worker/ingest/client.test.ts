import { describe, expect, test } from 'vitest'
import { clientOf } from '../../../worker/ingest/client'
import { parseProxy, type TrustedProxy } from '../../../worker/ingest/proxy'

const PROXY = parseProxy('x-forwarded-for 127.0.0.0/8,10.0.0.0/8') as TrustedProxy

describe('a client', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '::ffff:203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8:1:2::1', '203.0.113.7', false],
  ])('at %s is one at %s: %s', (one, other, same) => {
    expect(clientOf(one)).toBeTypeOf('string')
    expect(clientOf(one) === clientOf(other)).toBe(same)
  })

  test.each([undefined, 'nonsense', '127.0.0.1', '::1', '::ffff:127.0.0.1'])('is nobody at %s', (address) => {
    expect(clientOf(address)).toBeUndefined()
    expect(clientOf(address, PROXY)).toBeUndefined()
  })

  test.each([
    '10.1.2.3',
    '172.17.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    'fd00::1',
    'fe80::1%eth0',
  ])('is nobody at %s, where no proxy is known', (address) => {
    expect(clientOf(address)).toBeUndefined()
  })

  test('on a private network is somebody to a proxy that is known, unless it is a proxy itself', () => {
    expect(clientOf('192.168.1.1', PROXY)).toBeTypeOf('string')
    expect(clientOf('10.1.2.3', PROXY)).toBeUndefined()
  })

  test.each(['172.15.255.255', '172.32.0.1', '100.128.0.1', '2000::1', '11.0.0.1'])('is somebody at %s', (address) => {
    expect(clientOf(address)).toBeTypeOf('string')
  })
})
