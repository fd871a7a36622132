import { describe, expect, test } from 'vitest'
import { readHtml } from '../../../../sdk/cli/doctor/html'
import { mixedCheck } from '../../../../sdk/cli/doctor/page'
import { amountCheck, attributeChecks, isFrom, isOf, tagsOf } from '../../../../sdk/cli/doctor/tag'

const SITE = {
  site: 7,
  name: 'my shop',
  origins: [],
  prefixes: { script: 'js' },
  snippet: '<script defer src="https://stats.example/js/7.js"></script>',
}
const STATS = 'https://stats.example'
const PAGE = new URL('https://shop.example/a/b')

const tags = (text: string, page = PAGE) => tagsOf(readHtml(text), page)
const tag = (attributes: string, page = PAGE) => tags(`<script ${attributes}></script>`, page)[0]!

test.each([
  ['https://stats.example/b/7.js', true],
  ['https://stats.example/js/7.js', true],
  ['https://stats.example/b/my%20shop.js', true],
  ['https://elsewhere.example/first/party/b/7.js', true],
  ['/js/7.js?v=3', true],
  ['https://stats.example/b/8.js', false],
  ['https://stats.example/x/7.js', false],
  ['https://stats.example/b/7.json', false],
  ['https://stats.example/embed.js', false],
  ['https://cdn.example/lib/7.js', false],
])('%s is the site’s: %s', (src, isOwn) => {
  expect(isOf(tag(`src="${src}"`), SITE)).toBe(isOwn)
})

test('what it loads is read as a browser reads it', () => {
  expect(tag('src="../js/7.js"').src.href).toBe('https://shop.example/js/7.js')
  const [based] = tags('<base href="https://stats.example/"><script src="js/7.js"></script>')
  expect(based!.src.href).toBe('https://stats.example/js/7.js')
  expect(tags('<script>let a</script><script src="http://"></script>')).toEqual([])
})

test.each([
  [`<script src="${STATS}/js/7.js"></script>`, 'ok', /^loads https:\/\/stats\.example\/js\/7\.js$/],
  [`<script src="${STATS}/js/7.js"></script><script src="${STATS}/b/7.js"></script>`, 'wrong', /stands 2 times/],
  [`<script src="${STATS}/b/8.js"></script>`, 'wrong', /\/b\/8\.js, which is not my shop's/],
  [`<script src="https://cdn.example/b/8.js"></script>`, 'wrong', /no tag of my shop/],
  ['<h1>', 'wrong', /no tag of my shop/],
])('%s: %s', (text, state, says) => {
  const all = tags(text)
  const own = all.filter((each) => isOf(each, SITE))
  const others = all.filter((each) => isFrom(each, [STATS], SITE))
  const check = amountCheck(own, others, SITE)
  expect(check).toMatchObject({ check: 'tag', state, says: expect.stringMatching(says) })
  if (!own.length) expect(check.mend).toContain(SITE.snippet)
})

describe('attributes', () => {
  test.each<[attributes: string, page: string, checks: [state: string, says: string][]]>([
    ['defer', 'https://shop.example/', []],
    ['async data-hash data-query="id" data-also="https://b.example"', 'https://shop.example/', []],
    ['type="text/javascript" data-storage="none" data-ignore="gpc dnt"', 'https://shop.example/', []],
    ['type="module"', 'https://shop.example/', [['wrong', 'type="module"']]],
    ['type="text/plain"', 'https://shop.example/', [['note', 'type="text/plain"']]],
    [
      'nomodule integrity="sha384-x"',
      'https://shop.example/',
      [
        ['wrong', 'nomodule'],
        ['wrong', 'integrity'],
      ],
    ],
    ['data-locale data-site="7"', 'https://shop.example/', [['note', 'data-locale, data-site']]],
    ['data-local', 'https://shop.example/', [['note', 'data-local']]],
    ['data-local', 'http://localhost:3000/', []],
    ['defer', 'http://localhost:3000/', [['note', 'on localhost']]],
    ['defer', 'http://127.0.0.1/', [['note', 'on 127.0.0.1']]],
    ['data-automation', 'https://shop.example/', [['note', 'data-automation']]],
    ['data-storage="session"', 'https://shop.example/', [['note', 'data-storage="session"']]],
    ['data-ignore="all"', 'https://shop.example/', [['note', 'data-ignore="all"']]],
  ])('%s on %s', (attributes, at, checks) => {
    const found = [...attributeChecks(tag(`src="/js/7.js" ${attributes}`), new URL(at))]
    expect(found).toMatchObject(checks.map(([state, says]) => ({ state, says: expect.stringContaining(says) })))
    expect(found).toHaveLength(checks.length)
  })
})

test.each([
  ['https://shop.example/', 'https://stats.example/p/', 'ok'],
  ['https://shop.example/', 'http://stats.example/p/', 'wrong'],
  ['https://shop.example/', 'http://127.0.0.1:8787/p/', 'ok'],
  ['http://shop.example/', 'http://stats.example/p/', 'ok'],
])('%s loads from %s: %s', (page, loaded, state) => {
  expect(mixedCheck(new URL(page), new URL(loaded)).state).toBe(state)
})
