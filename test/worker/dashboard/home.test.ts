import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { homePage } from '../../../worker/dashboard/home'
import { lockedPage, loginPage } from '../../../worker/dashboard/login'
import { answer, home, overview } from './sample'

const HOSTILE = `"><script>alert(1)</script>'`
const NONCE = 'n0nce'

test('shows the figures of the period', () => {
  const figures = [...homePage(home(), NONCE).matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, name, value]) => [
    name,
    value,
  ])
  expect(figures).toEqual([
    ['Pageviews', '1,234'],
    ['Visitors', '80'],
    ['Sessions', '100'],
    ['Bounce rate', '40%'],
    ['Pages a session', '12.3'],
    ['Downloads', '7'],
  ])
})

test('lists types of the owner’s own by their hits, and campaigns by all that their links said', () => {
  const events = [
    answer('signup', [[], { hits: 3 }]),
    answer('order.paid', [[], { hits: 5 }]),
    answer('idle', [[], { hits: 0 }]),
  ]
  const campaigns = answer(
    'pageview',
    [['campaign', 'letter'], { hits: 4 }],
    [['campaign', 'letter', 'mail'], { hits: 4 }],
    [['campaign', 'letter', 'mail', 'may'], { hits: 4 }],
    [['campaign', 'poster'], { hits: 2 }],
  )
  const page = homePage(home({ events, campaigns }), NONCE)
  const rows = [...page.matchAll(/<span>([^<]+)<\/span><\/span><\/th><td>([\d,]+)/g)].map(
    ([, name, hits]) => `${name} ${hits}`,
  )
  expect(rows).toEqual(['letter › mail › may 4', 'poster 2', 'order.paid 5', 'signup 3'])
})

test.each([
  ['daily_visitors', 'Visitors, by day'],
  ['visitors_week', 'Visitors, by week'],
])('says what a sum of visitors is a sum of: %s', (totalIs, name) => {
  const views = answer('pageview', [[], { hits: 9, visitors: 7 }])
  const series = views.series.map((each) => (each.metric === 'visitors' ? { ...each, totalIs } : each))
  expect(homePage(home({ views: { ...views, series } }), NONCE)).toContain(`<dt>${name}</dt><dd>7</dd>`)
})

test.each([
  ['24h', 'Last 24 hours', 'by the hour'],
  ['7d', 'Last 7 days', 'by the hour'],
  ['30d', 'Last 30 days', 'by the day'],
  ['12mo', 'Last 12 months', 'by the week'],
] as const)('names the period %s, and links the others', (period, title, each) => {
  const page = homePage(home({ period }), NONCE)
  expect(page).toContain(title)
  expect(page).toContain(each)
  const links = [...page.matchAll(/period=(\w+)"( aria-current="true")?/g)].map(([, name, chosen]) => [
    name,
    Boolean(chosen),
  ])
  expect(links).toEqual(['24h', '7d', '30d', '12mo'].map((name) => [name, name === period]))
})

test.each([
  ['no sessions', { sessions: 0 }],
  ['sessions that nobody can judge', { sessions: 3, sessions_by_time: 2, sessions_by_referrer: 1 }],
])('gives no bounce rate of %s', (_, sessions) => {
  const page = homePage(home({ views: answer('pageview', [[], { hits: 3, bounce_rate: 0, ...sessions }]) }), NONCE)
  expect(page).toContain('<dt>Bounce rate</dt><dd>–</dd>')
})

test('waits for the first event of a new site, with its snippet', () => {
  const page = homePage(home({ isNew: true }), NONCE)
  expect(page).toContain('Waiting for the first event…')
  expect(page).toContain('&lt;script src=&quot;/b/4711.js&quot;&gt;')
  expect(page).not.toContain('<dl')
})

test('says how to mend what was refused', () => {
  const refused = [{ reason: 'origin', events: 12, why: 'Another page.', mend: 'List it.' }]
  expect(homePage(home({ refused }), NONCE)).toMatch(/origin.*Another page\..*List it\..*12/)
})

test('says that the newest events may be missing', () => {
  const page = homePage(home({ views: { ...overview().views, partial: true } }), NONCE)
  expect(page).toContain('did not answer in time')
})

test('escapes every name that comes from outside', () => {
  const hostile = answer('pageview', [['source', HOSTILE], { hits: 1 }])
  const given = { sources: hostile, browsers: hostile, countries: hostile, pages: hostile, downloads: hostile }
  const page = homePage(home(given, HOSTILE), NONCE)
  expect(page).not.toContain(HOSTILE)
  expect(page.match(/<script/g)).toHaveLength(1)
})

/** The policy of `page` forbids all of these: such a page would be broken. */
test.each([
  ['the home page', homePage(home(), NONCE)],
  ['the page of a new site', homePage(home({ isNew: true }), NONCE)],
  ['the first page', homePage({ sites: [] }, NONCE)],
  ['the page of no such site', homePage({ sites: [{ site: 1, name: 'a' }] }, NONCE)],
  ['the login', loginPage(NONCE)],
  ['the locked door', lockedPage(NONCE)],
])('%s needs nothing from elsewhere and nothing inline without its nonce', (_, page) => {
  const drawn = page.replaceAll(/data:image[^"]+/g, '')
  expect(drawn).not.toMatch(/(src|href|action)="(https?:)?\/\//)
  expect(drawn).not.toMatch(/<[^>]+\s(style|on[a-z]+)=/)
  expect(drawn).not.toMatch(/<(script|style)(?! nonce="n0nce")/)
  expect(page).toMatch(/^<!doctype html>/)
})

test.each([
  ['home', homePage(home(), NONCE)],
  ['login', loginPage(NONCE)],
])('sends %s with a script that parses', (_, page) => {
  const script = /<script nonce="n0nce">([^]*)<\/script>/.exec(page)![1]!
  expect(() => new Script(script)).not.toThrow()
})
