import { describe, expect, test } from 'vitest'
import { GeoFile, geoOf } from '../../../worker/ingest/geo'
import { writeMmdb } from '../../../demo/rain/mmdb'

const SWEDEN = {
  country: { iso_code: 'SE', names: { en: 'Sweden' } },
  subdivisions: [{ iso_code: 'AB', names: { en: 'Stockholm County' } }],
  city: { names: { en: 'Stockholm', sv: 'Stockholm' } },
}
const JAPAN = {
  country: { iso_code: 'JP' },
  subdivisions: [{ names: { en: 'Tokyo' } }],
  city: { names: { en: '東京' } },
}

const bytes = writeMmdb([
  { network: '10.0.0.0/8', record: { country: { iso_code: 'US' } } },
  { network: '10.1.0.0/16', record: SWEDEN },
  { network: '10.1.2.0/24', record: { autonomous_system_number: 3301, autonomous_system_organization: 'Telia' } },
  { network: '2001:db8::/32', record: JAPAN },
  { network: '192.0.2.7/32', record: { country: 'broken', subdivisions: {}, city: [] } },
  { network: '192.0.2.8/32', record: { city: { names: { en: 'x'.repeat(400) } } } },
])

describe('a geo file', () => {
  const file = new GeoFile(bytes)

  test.each([
    ['10.1.0.1', { country: 'SE', region: 'AB', city: 'Stockholm' }],
    ['10.1.255.255', { country: 'SE', region: 'AB', city: 'Stockholm' }],
    ['10.2.0.0', { country: 'US' }],
    ['10.1.2.3', { network: 'Telia' }],
    ['2001:db8:9::1', { country: 'JP', region: 'Tokyo', city: '東京' }],
    ['11.0.0.1', {}],
    ['2001:db9::1', {}],
    ['192.0.2.7', {}],
    ['192.0.2.8', { city: 'x'.repeat(400) }],
    ['nonsense', {}],
    ['', {}],
  ])('knows %s', (address, geo) => {
    expect(file.find(address)).toEqual(geo)
  })

  test('may be a view into larger bytes', () => {
    const larger = new Uint8Array(bytes.length + 20)
    larger.set(bytes, 10)
    expect(new GeoFile(larger.subarray(10, 10 + bytes.length)).find('10.2.0.0')).toEqual({ country: 'US' })
  })

  test('throws where it is no geo file', () => {
    expect(() => new GeoFile(new Uint8Array(1000))).toThrow()
  })

  test('costs no event where its records are damaged', () => {
    const damaged = Uint8Array.from(bytes)
    const text = Buffer.from(damaged.buffer)
    text.fill(0xff, text.indexOf('country') - 2, text.indexOf('MaxMind.com') - 40)
    expect(new GeoFile(damaged).find('10.1.0.1')).toEqual({})
  })
})

describe('geo', () => {
  const file = new GeoFile(bytes)

  test.each([
    [
      "Cloudflare's fields",
      { country: 'DE', region: 'Bavaria', regionCode: 'BY', city: 'Munich', asOrganization: 'DTAG', clientIp: 'x' },
      { country: 'DE', region: 'BY', city: 'Munich', network: 'DTAG' },
    ],
    ['a region without code', { country: 'DE', region: 'Bavaria' }, { country: 'DE', region: 'Bavaria' }],
    ['a country that even Cloudflare does not know', { country: 'XX', asOrganization: 'N' }, { network: 'N' }],
    ['fields of the wrong type', { country: 5, city: {} }, {}],
    ["plain workerd's cf, by the file", { clientIp: '10.2.0.0:5' }, { country: 'US' }],
    ['no cf at all, by the file', undefined, { country: 'US' }],
  ])('is %s', (_, cf, geo) => {
    expect(geoOf(cf, file, '10.2.0.0')).toEqual(geo)
  })

  test('is nothing without a file or an address', () => {
    expect(geoOf({ clientIp: '' })).toEqual({})
    expect(geoOf(undefined, file)).toEqual({})
  })
})
