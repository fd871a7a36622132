import { expect, test } from 'vitest'
import { alarmNow } from './alarm'
import { call, makeSite, statusOf } from './api'
import { logIn } from './login'
import { type Server, startServer } from './server'

const DAY = 24 * 3_600_000

async function dashboard(server: Server, Cookie: string, query: string): Promise<string> {
  const answer = await fetch(`${server.origin}/?${query}`, { headers: { Cookie } })
  expect(answer.status).toBe(200)
  return answer.text()
}

const pageviews = (page: string) => /<dt>Pageviews<\/dt><dd>(.*?)<\/dd>/.exec(page)?.[1]

test('shows the period that was chosen, and what was counted in it', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  const ages = [0, 3, 20, 200]
  const events = ages.map((days) => ({ type: 'pageview', page: 'shop.example/tea', at: Date.now() - days * DAY }))
  await call(server, 'POST', '/count', events, keys.write)
  const cookie = await logIn(server)
  const shown = await Promise.all(
    ['', '&period=24h', '&period=7d', '&period=30d', '&period=12mo', '&period=never', '&period=__proto__'].map(
      async (period) => pageviews(await dashboard(server, cookie, `site=${site}${period}`)),
    ),
  )
  expect(shown).toEqual(['1', '1', '2', '3', '4', '1', '1'])
})

test('shows a site by its number or its name', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { name: 'shop' })
  const cookie = await logIn(server)
  for (const named of [String(site), 'shop'])
    expect(await dashboard(server, cookie, `site=${named}`)).toContain('<h1>shop</h1>')
})

test('logs out where the dashboard’s own page asks for it', async () => {
  const server = await startServer()
  const cookie = await logIn(server)
  const leave = (headers: Record<string, string>) =>
    fetch(`${server.origin}/logout`, { method: 'POST', headers: { Cookie: cookie, ...headers }, redirect: 'manual' })
  const stranger = await leave({ Origin: 'https://elsewhere.example' })
  expect([stranger.status, stranger.headers.getSetCookie()]).toEqual([403, []])
  const own = await leave({ Origin: server.origin })
  expect([own.status, own.headers.get('location')]).toEqual([303, '/'])
  expect(own.headers.getSetCookie()).toEqual([expect.stringMatching(/^graupel=;.*Max-Age=0/)])
})

test('lists types of the owner’s own, before they are merged and after', async () => {
  const server = await startServer()
  const { site, keys } = await makeSite(server)
  await call(
    server,
    'POST',
    '/count',
    [{ type: 'order.paid' }, { type: 'pageview', page: 'shop.example/' }],
    keys.write,
  )
  const cookie = await logIn(server)
  const look = async () => {
    const page = await dashboard(server, cookie, `site=${site}`)
    expect(page).toMatch(/Your own events.*order\.paid<\/span><\/span><\/th><td>1</s)
    expect(page).not.toMatch(/<span>pageview<\/span>/)
  }
  await look()
  await server.stop()
  alarmNow(server.dataFolder, 'graupel-hail')
  await server.restart()
  await expect.poll(async () => (await statusOf(server, site)).merged).not.toEqual([])
  await look()
})

test('shows decisions to who is logged in, and to nobody else', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { name: 'shop' })
  const Cookie = await logIn(server)
  const look = async (query: string, headers: Record<string, string>) => {
    const answer = await fetch(`${server.origin}/decisions?${query}`, { headers })
    return [answer.status, /<h1[^>]*>(.*?)</.exec(await answer.text())?.[1]]
  }
  expect(await look(`site=${site}`, {})).toEqual([401, 'Please log in'])
  expect(await look(`site=${site}`, { Cookie })).toEqual([200, 'Decisions of shop'])
  expect(await look('site=shop&decision=a%3Cb', { Cookie })).toEqual([200, 'a&lt;b'])
  expect(await look('site=other', { Cookie })).toEqual([404, 'There is no such site'])
})
