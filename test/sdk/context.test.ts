import { afterEach, describe, expect, test, vi } from 'vitest'
import { arrivalOf, pageOf, pathOf } from '../../sdk/context'
import { type Options, tell } from '../../sdk/tag'
import type { Config } from '../../sdk/wire/config'

const visit = (url: string, referrer = '', options: Options = {}) => {
  tell([] as unknown as Config, options, '') // Nothing in here looks at it.
  vi.stubGlobal('location', new URL(url))
  vi.stubGlobal('document', { referrer })
}
afterEach(() => vi.unstubAllGlobals())

describe('a page', () => {
  test.each([
    ['https://shop.example/', {}, 'shop.example/'],
    ['https://shop.example:8443/a/b?id=1#c', {}, 'shop.example:8443/a/b'],
    ['https://shop.example/a?id=1&token=secret&page=2', { query: 'id,page' }, 'shop.example/a?id=1&page=2'],
    ['https://shop.example/a?page=2&id=1', { query: 'id page' }, 'shop.example/a?page=2&id=1'],
    ['https://shop.example/a?myid=1&id2=2', { query: 'id' }, 'shop.example/a'],
    ['https://shop.example/a?id=', { query: 'id' }, 'shop.example/a?id='],
    ['https://shop.example/a?q=a%20b', { query: 'q' }, 'shop.example/a?q=a%20b'],
    ['https://shop.example/#/cart', { hash: '' }, 'shop.example/cart'],
    ['https://shop.example/app/#!/cart?id=1', { hash: '' }, 'shop.example/app/cart'],
    ['https://shop.example/app#cart', { hash: '' }, 'shop.example/app/cart'],
    ['https://shop.example/app/', { hash: '' }, 'shop.example/app/'],
    ['https://shop.example/#/', { hash: '' }, 'shop.example/'],
    ['https://shop.example/a#/cart', {}, 'shop.example/a'],
  ])('of %s with %o is %s', (url, options, page) => {
    visit(url, '', options)
    expect(pageOf()).toBe(page)
  })

  test('has a path without host and query', () => {
    visit('https://shop.example/a/b?id=1')
    expect(pathOf()).toBe('/a/b')
  })
})

describe('an arrival', () => {
  const HERE = 'https://shop.example/a'
  test.each([
    ['direct', HERE, '', ''],
    ['from another site', HERE, 'https://news.example/item?id=1#top', 'news.example/item'],
    ['from this site, which the server knows for one', HERE, 'https://shop.example/b', 'shop.example/b'],
    ['from a site whose name begins like this one', HERE, 'https://shop.example.evil/b', 'shop.example.evil/b'],
    ['from another port', HERE, 'https://shop.example:8443/b', 'shop.example:8443/b'],
    ['from an app', HERE, 'android-app://com.example.mail/', 'com.example.mail/'],
    ['from a campaign', `${HERE}?utm_source=a%20b&utm_medium=mail&id=7`, '', '?utm_source=a%20b&utm_medium=mail'],
    [
      'from a campaign whose parameters do not come first',
      `${HERE}?a=1&utm_source=b&c=2&utm_term=d`,
      '',
      '?utm_source=b&utm_term=d',
    ],
    ['with ref', `${HERE}?ref=friend&x=1`, 'https://t.example/', 't.example/?ref=friend'],
    ['with source', `${HERE}?source=letter`, '', '?source=letter'],
    ['with a name that only ends so', `${HERE}?xref=1&data-source=2`, '', ''],
    ['with an address in a campaign', `${HERE}?utm_content=a=b`, '', '?utm_content=a=b'],
  ])('%s is told', (_, url, referrer, told) => {
    visit(url, referrer)
    expect(arrivalOf()).toBe(told)
  })

  test.each(['gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid', 'ttclid', 'twclid', 'li_fat_id'])(
    'by %s is told without the value',
    (name) => {
      visit(`${HERE}?a=1&${name}=person-7&utm_source=x`)
      expect(arrivalOf()).toBe(`?${name}&utm_source=x`)
    },
  )

  test('tells no value that looks like a click id', () => {
    visit(`${HERE}?secret=myclid&token_clid`)
    expect(arrivalOf()).toBe('')
  })
})
