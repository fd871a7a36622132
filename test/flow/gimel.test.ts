/** Gimel's routes as AlephBet and an owner's scripts use them: the same requests, and answers of the same shape. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { alarmNow } from './alarm'
import { call, type Made, makeSite, statusOf, total } from './api'
import { type Server, startServer } from './server'

interface Told {
  experiment: string
  uuid: string
  variant: string
  event: string
  namespace?: string
}

interface Goal {
  goal: string
  results: { label: string; successes: number; trials: number }[]
}
type Answer = [{ meta: { scope: string | null } }, ...{ experiment: string; goals: Goal[] }[]]

/** Letter by letter what AlephBet's adapter asks for: its order, and its way to write spaces. */
function urlOf(url: string, { experiment, uuid, variant, event, namespace = 'alephbet' }: Told): string {
  const said = { experiment, uuid, variant, event, namespace }
  const pairs = Object.entries(said).map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
  return `${url}?${pairs.join('&').replace(/%20/g, '+')}`
}

const at = ({ origin }: Server, { site }: Pick<Made, 'site'>) => `${origin}/gimel/${site}`

const track = (url: string, told: Partial<Told> = {}, headers: Record<string, string> = {}) =>
  fetch(urlOf(url, { experiment: 'colour', uuid: randomUUID(), variant: 'red', event: 'participate', ...told }), {
    keepalive: true,
    headers,
  })

const ask = async (server: Server, { site, keys }: Made, query = '') =>
  (await call<Answer>(server, 'GET', `/gimel/${site}/experiments${query}`, undefined, keys.read)).body

/** What an experiment has, as `goal variant successes/trials`. */
async function lines(server: Server, site: Made, query = ''): Promise<string[]> {
  const [, ...experiments] = await ask(server, site, query)
  return experiments.flatMap(({ experiment, goals }) =>
    goals.flatMap(({ goal, results }) =>
      results.map(({ label, successes, trials }) => `${experiment}: ${goal} ${label} ${successes}/${trials}`),
    ),
  )
}

const forget = (server: Server, { site, keys }: Made, experiment: string, namespace = 'alephbet') =>
  fetch(`${server.origin}/gimel/${site}/delete?${new URLSearchParams({ namespace, experiment })}`, {
    method: 'DELETE',
    headers: { 'X-Api-Key': keys.write },
  })

async function restartMerging(server: Server): Promise<void> {
  await server.kill('SIGKILL')
  alarmNow(server.dataFolder, 'graupel-hail')
  await server.restart()
}

const merged = (server: Server, { site }: Made) =>
  expect.poll(async () => (await statusOf(server, site)).shards.every(({ waiting }) => !waiting)).toBe(true)

test('answers a track with nothing but 200 and Gimel’s headers, and its preflight too', async () => {
  const server = await startServer()
  const { site } = await makeSite(server, { name: 'shop' })
  const said = { experiment: 'colour', uuid: 'a', variant: 'red', event: 'participate' }
  const urls = ['/gimel/shop', '/gimel/shop/track', `/gimel/${site}`].map((path) => urlOf(server.origin + path, said))
  for (const url of [...urls, `${urlOf(`${server.origin}/track`, said)}&site=shop&more=1`])
    for (const method of ['GET', 'OPTIONS']) {
      const response = await fetch(url, { method })
      expect([url, response.status, await response.text()]).toEqual([url, 200, ''])
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': 'no-cache, no-store, must-revalidate',
        pragma: 'no-cache',
      })
    }
  await fetch(urlOf(`${server.origin}/gimel/shop`, { ...said, uuid: 'b' }), { method: 'HEAD' })
  expect(await total(server, site, 'decisions', [], { type: 'gimel.colour' })).toBe(1)
  const preflight = await fetch(`${server.origin}/gimel/shop/delete`, { method: 'OPTIONS' })
  expect(preflight.headers.get('access-control-allow-methods')).toMatch(/DELETE/)
  expect(preflight.headers.get('access-control-allow-headers')).toMatch(/Authorization.*X-Api-Key/)
})

test('tells visitors by experiment, goal and variant in Gimel’s shape, before they are merged and after', async () => {
  const server = await startServer()
  const site = await makeSite(server)
  const url = at(server, site)
  for (const [uuid, variant, event] of [
    ['a', 'red', 'participate'],
    ['b', 'red', 'participate'],
    ['c', 'blue', 'participate'],
    ['a', 'red', 'bought it'],
    ['a', 'red', 'bought it'],
    ['d', 'green', 'signed up'],
  ] as const)
    expect((await track(url, { uuid, variant, event })).status).toBe(200)
  await track(url, { experiment: 'price', uuid: 'a', variant: 'low' })
  const wanted = [
    { meta: { scope: null } },
    {
      experiment: 'colour',
      goals: [
        {
          goal: 'bought it',
          results: [
            { label: 'red', successes: 1, trials: 2 },
            { label: 'blue', successes: 0, trials: 1 },
            { label: 'green', successes: 0, trials: 0 },
          ],
        },
        {
          goal: 'signed up',
          results: [
            { label: 'red', successes: 0, trials: 2 },
            { label: 'blue', successes: 0, trials: 1 },
            { label: 'green', successes: 1, trials: 0 },
          ],
        },
      ],
    },
    { experiment: 'price', goals: [] },
  ]
  expect(await ask(server, site)).toEqual(wanted)
  await restartMerging(server)
  await merged(server, site)
  expect(await ask(server, site)).toEqual(wanted)
  const there = await call(server, 'GET', '/experiments?namespace=alephbet', undefined, site.keys.write)
  expect(there.body).toEqual(wanted)
  expect(await ask(server, site, '?scope=price,none')).toEqual([{ meta: { scope: 'price,none' } }, wanted[2]])
})

test('counts a visitor once, however often he is sent, across a kill and after a merge', async () => {
  const server = await startServer()
  const site = await makeSite(server)
  const send = async () => {
    const answers = await Promise.all(
      ['participate', 'bought'].flatMap((event) => [1, 2, 3].map(() => track(at(server, site), { uuid: 'a', event }))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  }
  const expectOne = async () => {
    expect(await lines(server, site)).toEqual(['colour: bought red 1/1'])
    const query = { type: 'gimel.colour.red' }
    expect(await total(server, site.site, 'decisions', [], query)).toBe(1)
    expect(await total(server, site.site, 'rewards', ['goal', 'bought'], query)).toBe(1)
    expect(await total(server, site.site, 'hits', [], query)).toBe(1)
  }
  await send()
  await server.kill('SIGKILL')
  await server.restart()
  await send()
  await expectOne()
  await restartMerging(server)
  await merged(server, site)
  await send()
  await expectOne()
})

test('is exact where many come at once, some of them twice', { timeout: 120_000 }, async () => {
  const server = await startServer()
  const site = await makeSite(server, { rate: false })
  const MANY = 3_000
  const left = Array.from({ length: MANY + 500 }, (_, i) => i % MANY).values()
  const client = async () => {
    for (const i of left) {
      const response = await track(at(server, site), { uuid: `visitor ${i}`, variant: i % 4 ? 'red' : 'blue' })
      expect(response.status).toBe(200)
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: 64 }, client))
  await track(at(server, site), { uuid: 'visitor 1', event: 'bought' })
  const wanted = [`colour: bought red 1/${MANY * 0.75}`, `colour: bought blue 0/${MANY / 4}`]
  expect((await lines(server, site)).sort()).toEqual(wanted.sort())
  await restartMerging(server)
  await merged(server, site)
  expect((await lines(server, site)).sort()).toEqual(wanted.sort())
})

test('keeps namespaces apart, and any character in a name', async () => {
  const server = await startServer()
  const site = await makeSite(server)
  const odd = { experiment: 'a:b.c, "d" 日本', variant: 'x:y', event: 'participate:counters:z', uuid: 'a' }
  await track(at(server, site), odd)
  await track(at(server, site), { ...odd, namespace: 'other:place' })
  await track(at(server, site), { ...odd, namespace: 'other:place', uuid: 'b' })
  const wanted = (successes: number) => [
    {
      experiment: odd.experiment,
      goals: [{ goal: odd.event, results: [{ label: odd.variant, successes, trials: 0 }] }],
    },
  ]
  const [, ...here] = await ask(server, site)
  const [, ...there] = await ask(server, site, '?namespace=other:place')
  expect([here, there]).toEqual([wanted(1), wanted(2)])
  const scope = encodeURIComponent(`none,${odd.experiment}`)
  expect((await ask(server, site, `?scope=${scope}`)).slice(1)).toEqual(wanted(1))
  expect((await forget(server, site, odd.experiment, 'other:place')).status).toBe(200)
  expect([await lines(server, site, '?namespace=other:place'), await lines(server, site)]).toEqual([
    [],
    [`${odd.experiment}: ${odd.event} x:y 1/0`],
  ])
})

test.each(['as it was acknowledged', 'after a merge'])(
  'deletes all of an experiment, which begins anew, %s',
  async (when) => {
    const server = await startServer()
    const site = await makeSite(server)
    const url = at(server, site)
    const send = async () => {
      for (const event of ['participate', 'bought']) expect((await track(url, { uuid: 'a', event })).status).toBe(200)
    }
    await send()
    await track(url, { uuid: 'b' })
    await track(url, { experiment: 'price', event: 'bought' })
    const settle = async () => {
      if (when === 'as it was acknowledged') return
      await restartMerging(server)
      await merged(server, site)
    }
    await settle()
    expect((await forget(server, site, 'colour')).status).toBe(200)
    expect((await forget(server, site, 'colour')).status).toBe(200)
    expect((await forget(server, site, 'never was')).status).toBe(200)
    expect(await lines(server, site)).toEqual(['price: bought red 1/0'])
    const counted = () => total(server, site.site, 'decisions', [], { type: 'gimel.colour' })
    expect(await counted()).toBe(0)

    const anew = at(server, site)
    const again = async () => {
      for (const event of ['participate', 'bought'])
        for (let i = 0; i < 2; i++) expect((await track(anew, { uuid: 'a', event })).status).toBe(200)
    }
    await again()
    const wanted = ['price: bought red 1/0', 'colour: bought red 1/1']
    expect([await lines(server, site), await counted()]).toEqual([wanted, 1])
    await restartMerging(server)
    await merged(server, site)
    await track(at(server, site), { uuid: 'a' })
    expect([await lines(server, site), await counted()]).toEqual([wanted, 1])
  },
)

test('lets nobody read or delete without a key of that site', async () => {
  const server = await startServer()
  const [site, other] = [await makeSite(server), await makeSite(server)]
  await track(at(server, site), { event: 'bought' })
  const status = async (method: string, path: string, headers: Record<string, string>) =>
    (await fetch(`${server.origin}/gimel/${site.site}/${path}`, { method, headers })).status
  const [read, gone] = ['experiments', 'delete?experiment=colour']
  const keys = { none: '', wrong: 'secret', forged: `${site.keys.read.slice(0, -2)}xx` }
  for (const key of Object.values(keys)) {
    const headers: Record<string, string> = key ? { 'X-Api-Key': key } : {}
    expect([key, await status('GET', read, headers), await status('DELETE', gone, headers)]).toEqual([key, 401, 401])
  }
  for (const key of [other.keys.read, other.keys.write])
    expect(await status('GET', read, { Authorization: `Bearer ${key}` })).toBe(403)
  expect(await status('DELETE', gone, { 'X-Api-Key': other.keys.write })).toBe(403)
  expect(await status('DELETE', gone, { 'X-Api-Key': site.keys.read })).toBe(403)
  for (const key of [site.keys.read, site.keys.write, server.admin])
    expect([await status('GET', read, { 'X-Api-Key': key }), await status('GET', read, bearer(key))]).toEqual([
      200, 200,
    ])
  expect(await lines(server, site)).toEqual(['colour: bought red 1/0'])
  const [written, admin] = [`/delete?experiment=colour`, `/delete?experiment=colour&site=${site.site}`]
  expect((await call(server, 'DELETE', written, undefined, site.keys.write)).status).toBe(200)
  expect((await call(server, 'DELETE', admin)).status).toBe(200)
  expect(await lines(server, site)).toEqual([])
})

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` })

test.each([
  ['experiment', { experiment: '' }],
  ['uuid', { uuid: '' }],
  ['variant', { variant: '' }],
  ['event', { event: '' }],
  ['experiment', { experiment: 'x'.repeat(101) }],
  ['namespace', { namespace: 'x'.repeat(101) }],
  ['uuid', { uuid: 'x'.repeat(257) }],
])('names %s where it is missing or too long', async (field, told) => {
  const server = await startServer()
  const site = await makeSite(server)
  const response = await track(at(server, site), told)
  expect([response.status, await response.json()]).toMatchObject([400, { field }])
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
})

test('keeps to the site’s origins and its rate, so that AlephBet comes again', async () => {
  const server = await startServer({ env: { GRAUPEL_PROXY: 'x-client 127.0.0.0/8' } })
  const site = await makeSite(server, { rate: 20, origins: ['shop.example'] })
  const send = (origin: string, more = {}) =>
    track(at(server, site), more, { Origin: origin, 'x-client': '203.0.113.7' })
  expect((await send('https://elsewhere.example')).status).toBe(403)
  for (let i = 0; i < 19; i++) expect((await send('https://shop.example')).status).toBe(200)
  let limited = await send('https://shop.example', { uuid: 'last' })
  while (limited.status === 200) limited = await send('https://shop.example', { uuid: 'last' })
  expect([limited.status, limited.headers.get('access-control-expose-headers')]).toEqual([429, 'Date, Retry-After'])
  const seconds = Number(limited.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  expect((await send('https://shop.example', { uuid: 'last' })).status).toBe(200)
  expect((await track(`${server.origin}/gimel/7`)).status).toBe(404)
  const { refusals } = await statusOf(server, site.site)
  expect(refusals.map(({ reason }) => reason).sort()).toEqual(['origin', 'rate'])
})
