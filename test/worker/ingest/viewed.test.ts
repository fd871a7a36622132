import { expect, test } from 'vitest'
import { viewed } from '../../../worker/ingest/viewed'

test.each([
  // A browser that names another site's page by its origin alone says nothing of the path.
  ['https://shop.example/', [], 'shop.example'],
  ['https://shop.example/pricing?id=person#top', [], { 'shop.example': '/pricing' }],
  ['https://SHOP.example:8443/a', [], { 'shop.example:8443': '/a' }],
  // Of its own host the whole address is named, so there `/` is a path.
  ['https://count.example/', [], { 'count.example': '/' }],
  ['https://shop.example/a', ['shop.example'], { 'shop.example': '/a' }],
  ['https://thief.example/a', ['shop.example'], undefined],
  [undefined, [], undefined],
  ['', [], undefined],
  ['/a', [], undefined],
])('a view shown by %s, where %j may, is of page %j', (referer, origins, page) => {
  const entries = viewed({ host: 'count.example', origins, referer })
  expect(JSON.parse(JSON.stringify(entries))).toEqual(page === undefined ? [] : [['page', page]])
})
