import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { decisionsPage } from '../../../worker/dashboard/decisions'

const HOSTILE = `"><script>alert(1)</script>'`
const NONCE = 'n0nce'
const site = { site: 4711, name: 'Tea' }
const all = decisionsPage({ sites: [site], site }, NONCE)
const one = decisionsPage({ sites: [site], site, decision: 'front page' }, NONCE)

test.each([
  ['of all', all],
  ['of one', one],
  ['of no such site', decisionsPage({ sites: [site] }, NONCE)],
])('the page %s needs nothing from elsewhere and nothing inline without its nonce', (_, page) => {
  const drawn = page.replaceAll(/data:image[^"]+/g, '')
  expect(drawn).not.toMatch(/(src|href|action)="(https?:)?\/\//)
  expect(drawn).not.toMatch(/<[^>]+\s(style|on[a-z]+)=/)
  expect(drawn).not.toMatch(/<(script|style)(?! nonce="n0nce")/)
})

test.each([
  ['of all', all],
  ['of one', one],
])('the script of the page %s parses', (_, page) => {
  const script = /<script nonce="n0nce">([^]*?)<\/script>/.exec(page)![1]!
  expect(() => new Script(script)).not.toThrow()
})

test('escapes names of sites and decisions', () => {
  const hostile = { site: 1, name: HOSTILE }
  const pages = [
    decisionsPage({ sites: [hostile], site: hostile }, NONCE),
    decisionsPage({ sites: [hostile], site: hostile, decision: HOSTILE }, NONCE),
  ]
  for (const page of pages) expect(page).not.toContain('<script>alert')
})

test('leads from one to all, and from all to the site’s numbers', () => {
  expect(one).toContain('href="/decisions?site=4711"')
  expect(all).toContain('href="/?site=4711"')
  expect(all).toContain('action="/decisions"')
})
