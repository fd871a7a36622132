import { expect, test } from 'vitest'
import { call, makeSite } from './api'
import { startServer } from './server'

interface Series {
  measureName: string
  dimensionValues: Record<string, string>
  timeValues: { timestamp: number; value: number }[]
}

const HOUR = 3_600
/** Some whole hour a few hours back, in unix seconds. */
const start = () => (Math.floor(Date.now() / 1000 / HOUR) - 4) * HOUR

/** Cask's guide: lines of a web server's log by ip, status, browser and referrer, where `-` says that there was none. */
const LINE = /^(\S+) \S+ \S+ \[([^\]]+)\] "[^"]*" (\d{3}) (\d+) "([^"]*)" "(\w+)[^"]*"$/
function eventOf(line: string) {
  const [, ip, at, status, bytes, referrer, browser] = LINE.exec(line) ?? []
  if (!ip || !at || !status || !browser) return { type: 'log', metrics: { 'parse.errors': 1, hits: 0 } }
  const dimensions = { ip, status, browser, ...(referrer !== '-' && { referrer }) }
  return { type: 'log', at: Number(at) * 1000, dimensions, metrics: { count: 1, 'bytes.sent': Number(bytes) } }
}

const log = (at: number) => [
  `1.1.1.1 - - [${at}] "GET / HTTP/1.1" 200 100 "-" "Firefox/1"`,
  `1.1.1.1 - - [${at + 5}] "GET /a HTTP/1.1" 200 50 "http://a.example/" "Firefox/1"`,
  `2.2.2.2 - - [${at + HOUR}] "GET /b HTTP/1.1" 404 7 "-" "Chrome/2"`,
  `3.3.3.3 - - [${at + 2 * HOUR}] "GET / HTTP/1.1" 200 100 "-" "Chrome/2"`,
  'what is this',
]

async function counted() {
  const server = await startServer()
  const { keys } = await makeSite(server, { cross: [['status', 'browser']] })
  const at = start()
  const { body } = await call(server, 'POST', '/count', log(at).map(eventOf), keys.write)
  expect(body).toMatchObject({ accepted: 5 })
  const ask = <Answer = Series[]>(query: object, token = keys.read) =>
    call<Answer>(
      server,
      'POST',
      '/cube',
      { type: 'log', resolution: HOUR, startTs: at, endTs: at + 5 * HOUR, measurements: { count: 'SUM' }, ...query },
      token,
    )
  return { server, keys, at, ask }
}

const numbers = ({ body }: { body: Series[] }, at: number) =>
  body.map(({ measureName, dimensionValues, timeValues }) => [
    measureName,
    ...Object.values(dimensionValues),
    ...timeValues.map(({ timestamp, value }) => [(timestamp - at) / HOUR, value]),
  ])

test("answers the questions of Cask's guide", async () => {
  const { at, ask, server, keys } = await counted()
  expect((await ask({})).body).toEqual([
    {
      measureName: 'count',
      dimensionValues: {},
      timeValues: [
        { timestamp: at, value: 2 },
        { timestamp: at + HOUR, value: 1 },
        { timestamp: at + 2 * HOUR, value: 1 },
      ],
    },
  ])
  const grouped = await ask({ groupByDimensions: ['status'], measurements: { count: 'SUM', 'bytes.sent': 'MAX' } })
  expect(numbers(grouped, at)).toEqual([
    ['count', '200', [0, 2], [2, 1]],
    ['bytes.sent', '200', [0, 150], [2, 100]],
    ['count', '404', [1, 1]],
    ['bytes.sent', '404', [1, 7]],
  ])
  expect(numbers(await ask({ dimensionValues: { browser: 'Chrome' } }), at)).toEqual([['count', [1, 1], [2, 1]]])
  const mixed = await ask({ dimensionValues: { status: '200' }, groupByDimensions: ['browser'] })
  expect(numbers(mixed, at)).toEqual([
    ['count', 'Chrome', [2, 1]],
    ['count', 'Firefox', [0, 2]],
  ])
  expect(numbers(await ask({ groupByDimensions: ['referrer'] }), at)).toEqual([['count', 'http://a.example/', [0, 1]]])
  expect(numbers(await ask({ measurements: { 'parse.errors': 'SUM' } }), at)).toEqual([['parse.errors', [4, 1]]])

  const get = async (path: string) => (await call(server, 'GET', `${path}type=log`, undefined, keys.read)).body
  expect(await get('/cube/dimensions?prefix=status&')).toEqual({ prefix: ['status'], values: ['200', '404'] })
  expect(await get(`/cube/dimensions?prefix=${encodeURIComponent('["status*browser","200"]')}&`)).toMatchObject({
    values: ['Chrome', 'Firefox'],
  })
  expect(await get('/cube/measures?')).toEqual({ measures: ['bytes.sent', 'count', 'hits', 'parse.errors'] })
})

test('has a bucket that starts within the range, and no other', async () => {
  const { at, ask } = await counted()
  const within = async (startTs: number, endTs: number) => numbers(await ask({ startTs, endTs }), at)
  expect(await within(at, at + HOUR)).toEqual([['count', [0, 2]]])
  expect(await within(at + 1, at + HOUR)).toEqual([])
  expect(await within(at + 1, at + HOUR + 1)).toEqual([['count', [1, 1]]])
  expect(numbers(await ask({ limit: 1 }), at)).toEqual([['count', [0, 2]]])
  expect(numbers(await ask({ resolution: 'all', startTs: 0 }), at)).toEqual([['count', [-at / HOUR, 4]]])
})

test('names what to declare for dimensions that were not counted together', async () => {
  const { ask, server, keys, at } = await counted()
  const refused = await ask<{ detail: string }>({ groupByDimensions: ['status', 'ip'] })
  expect(refused).toMatchObject({ status: 400, body: { field: 'groupByDimensions' } })
  expect(refused.body.detail).toContain('cross [["status","ip"]]')
  const old = await ask<{ detail: string }>({
    startTs: at - 40 * 24 * HOUR,
    dimensionValues: { status: '200' },
    groupByDimensions: ['ip'],
  })
  expect(old).toMatchObject({ status: 400, body: { field: 'startTs' } })
  expect(old.body.detail).toContain('keep.raw')
  const query = encodeURIComponent(JSON.stringify({ type: 'log', startTs: at, dimensionValues: { ip: '1.1.1.1' } }))
  expect(await call(server, 'GET', `/cube?query=${query}`, undefined, keys.read)).toMatchObject({
    status: 200,
    body: [{ measureName: 'hits', timeValues: [{ value: 2 }] }],
  })
  expect(await ask({}, keys.write)).toMatchObject({ status: 403 })
})

test('asks raw events for what was not counted together', async () => {
  const { ask, at } = await counted()
  const query = { dimensionValues: { status: '200' }, groupByDimensions: ['ip'] }
  expect(numbers(await ask(query), at)).toEqual([
    ['count', '1.1.1.1', [0, 2]],
    ['count', '3.3.3.3', [2, 1]],
  ])
  expect(numbers(await ask({ dimensionValues: { status: '200', browser: 'Firefox', ip: '1.1.1.1' } }), at)).toEqual([
    ['count', [0, 2]],
  ])
  expect(numbers(await ask({ ...query, measurements: { 'bytes.sent': 'SUM' } }), at)).toEqual([
    ['bytes.sent', '1.1.1.1', [0, 150]],
    ['bytes.sent', '3.3.3.3', [2, 100]],
  ])
})

test('may be asked by a script of any origin, with a key', async () => {
  const { server } = await counted()
  const preflight = await fetch(`${server.origin}/cube`, {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://elsewhere.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    },
  })
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
  expect(preflight.headers.get('access-control-allow-headers')).toBe('Authorization,Content-Type,X-Api-Key')
  const keyless = await fetch(`${server.origin}/cube`, { method: 'POST', body: '{}' })
  expect([keyless.status, keyless.headers.get('access-control-allow-origin')]).toEqual([401, '*'])
  expect(await call(server, 'POST', '/cube', [], server.admin)).toMatchObject({ status: 400 })
})

test.each([
  ['resolution', { resolution: 7 }],
  ['measurements.count', { measurements: { count: 'MEAN' } }],
  ['measurements', { measurements: {} }],
  ['dimensionValues.status', { dimensionValues: { status: ['200', '404'] } }],
  ['dimensionValues', { dimensionValues: ['status'] }],
  ['startTs', { startTs: null }],
  ['startTs', { startTs: 10, endTs: 10 }],
  ['limit', { limit: 1.5 }],
  ['surprise', { surprise: 1 }],
  ['groupByDimensions', { groupByDimensions: [...'abcdefgh'] }],
])('refuses a wrong %s by name', async (field, query) => {
  const { ask } = await counted()
  expect(await ask(query)).toMatchObject({ status: 400, body: { field } })
})
