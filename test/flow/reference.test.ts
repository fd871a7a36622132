/** What is described is what is answered: every route is asked as its own description says, and its answer held to it. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { call, type Made } from './api'
import { type Server, startServer } from './server'

interface Content {
  content?: Record<string, { schema: object; example?: unknown }>
}

/** Of an operation, what is looked at here. */
interface Operation {
  operationId: string
  security: Record<string, []>[]
  parameters?: (Content & { name: string; in: string; required?: true; description?: string; example?: string })[]
  requestBody?: Content
  responses: Record<string, Content>
}

interface Document {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
}

interface Route extends Operation {
  method: string
  path: string
}

async function described(server: Server) {
  const response = await fetch(`${server.origin}/openapi.json`)
  const document = (await response.json()) as Document
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Route => ({ ...operation, method, path })),
  )
  return { response, document, routes }
}

/** Holds an answer to the description; a status that it does not know is as wrong as a shape. */
function judge(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema(document, 'openapi')
  const pointer = (...steps: string[]) =>
    steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  return (part: string[], value: unknown) => {
    const validate = ajv.compile({ $ref: `openapi#/${pointer(...part)}` })
    return validate(value) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

async function shop() {
  const server = await startServer({ isOpen: true })
  const { document, routes } = await described(server)
  const { body: site } = await call<Made>(server, 'POST', '/api/sites', { name: 'shop' })
  const { keys } = site
  const minted = async <Answer>(path: string, body: object) =>
    (await call<Answer>(server, 'POST', `/api/sites/shop/${path}`, body)).body
  const pixel = await minted<{ id: string; url: string }>('pixels', { type: 'order' })
  const share = await minted<{ id: string; share: string }>('shares', { periods: ['30d'] })
  const events = ['SE', 'SE', 'DE'].map((country) => ({ type: 'pageview', dimensions: { country }, visitor: country }))
  await call(server, 'POST', '/count', events, keys.write)
  await call(server, 'POST', '/experiments', { decision: 'headline', options: ['short', 'long'] }, keys.write)
  return { server, document, routes, pixel, share, keys, site: String(site.site), judged: judge(document) }
}
type Shop = Awaited<ReturnType<typeof shop>>

/** What no example can say: what was made just now. */
const partsOf = ({ pixel, share, site }: Shop, path: string) =>
  path
    .replace('{id}', path.includes('/shares/') ? share.id : pixel.id)
    .replace('{envelope}', pixel.url.split('/').at(-1)!)
    .replace('{name}', 'headline')
    .replace('{site}', path.startsWith('/b/') ? site : 'shop')

const SLICE = {
  source: 'a@1',
  generation: 'b',
  from: 0,
  to: 1,
  entries: [[{ at: Date.now(), type: 'x', metrics: {} }]],
}
const LOG = { source: 'a@1', generation: 'b' }
const BODIES: Record<string, unknown> = { 'post /p/': 'no envelope', 'post /api/slices': SLICE }
const QUERIES: Record<string, Record<string, string>> = { 'get /api/slices': LOG }
/** The status of an answer that may be one of several. */
const USUAL: Record<string, string> = { 'get /p/{envelope}': '200', 'post /p/': '204', 'post /experiments': '201' }

async function asked(shop: Shop, route: Route) {
  const { server, keys, share } = shop
  const { method, path, security, parameters = [], requestBody } = route
  const name = `${method} ${path}`
  const url = new URL(partsOf(shop, path), server.origin)
  for (const { name, in: place, example, content } of parameters) {
    const text = example ?? JSON.stringify(content?.['application/json']?.example)
    if (place === 'query' && text !== undefined) url.searchParams.set(name, text)
  }
  for (const [key, text] of Object.entries(QUERIES[name] ?? {})) url.searchParams.set(key, text)
  const [by] = Object.keys(security[0] ?? {})
  if (by === 'share') url.searchParams.set('share', share.share)
  const tokens: Record<string, string> = { admin: server.admin, ...keys }
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const body = BODIES[name] ?? media?.example
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: {
      ...(by && by !== 'share' && { Authorization: `Bearer ${tokens[by]}` }),
      ...(type && { 'Content-Type': type }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { response, body }
}

/** What takes something away comes last: an experiment, pixels and shares, a key, and the site itself behind all. */
const LAST = ['{name}', '{id}', '/keys', '{site}']
const lastly = ({ method, path }: Route) =>
  method === 'delete' || path.endsWith('/keys') ? 1 + LAST.findIndex((end) => path.endsWith(end)) : 0

test('is valid OpenAPI 3.1, public, and open to scripts of any origin', async () => {
  const server = await startServer()
  const { response, document, routes } = await described(server)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(response.headers.get('cache-control')).toBe('public, max-age=3600')
  const { valid, errors } = await new Validator().validate(document as unknown as Record<string, unknown>)
  expect([valid, errors]).toEqual([true, undefined])
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(document.servers).toEqual([{ url: server.origin }])
  expect(new Set(routes.map(({ operationId }) => operationId)).size).toBe(routes.length)
})

test('every route answers its own example, in the shape that is described', async () => {
  const all = await shop()
  const made = all.routes.filter(({ path, method }) => path !== '/tail' && `${method} ${path}` !== 'post /api/sites')
  for (const route of made.toSorted((a, b) => lastly(a) - lastly(b))) {
    const { method, path, responses, requestBody, security } = route
    const { response, body } = await asked(all, route)
    const usual = USUAL[`${method} ${path}`] ?? Object.keys(responses)[0]
    expect([method, path, String(response.status)]).toEqual([method, path, usual])
    const [type, media] = Object.entries(responses[usual!]!.content ?? {})[0] ?? []
    const said = response.headers.get('content-type')?.split(';')[0] ?? undefined
    expect([path, said]).toEqual([path, type])
    // What a key opens, a cookie opens too: no browser may keep it for whoever comes next.
    if (security.length) expect([path, response.headers.get('cache-control')]).toEqual([path, 'no-store'])
    const text = await response.text()
    const place = ['paths', path, method]
    if (media && type === 'application/json') {
      const wrong = all.judged([...place, 'responses', usual!, 'content', type, 'schema'], JSON.parse(text))
      expect([path, wrong]).toEqual([path, []])
    }
    const [taken] = Object.keys(requestBody?.content ?? {})
    if (taken) {
      const wrong = all.judged([...place, 'requestBody', 'content', taken, 'schema'], body)
      expect([path, wrong]).toEqual([path, []])
    }
  }
})

test.each([
  ['/graph', '/graph?period=day:3d&depth=1&dimension=country&metric=hits,visitors&compare=week&site=shop'],
  ['/graph', '/graph?metric=hits&where={"country":"SE"}&site=shop'],
  ['/graph', '/graph?site=all&type=pageview'],
  ['/graph', '/graph?metric=visitors&period=12mo&dimension=country&depth=1&type=pageview&site=shop'],
  ['/rank', '/rank?dimension=country&type=pageview&points=1&site=shop&limit=1'],
  ['/rank', '/rank?dimension=country&type=pageview&metric=visitors/hits&site=shop'],
  ['/plotpoints', '/plotpoints?type=pageview&dimension=country&depth=1&with_totals=1&site=shop'],
  ['/dimensions', '/dimensions?recursive=1&limit=1&type=pageview&site=shop'],
  ['/totals', '/totals?site=shop&metric=hits,visitors'],
  ['/status', '/status'],
  ['/spy', '/spy?site=shop'],
  ['/live', '/live?site=shop&dimension=country'],
])('%s answers so to %s too', async (path, query) => {
  const { server, judged } = await shop()
  const { status, body } = await call(server, 'GET', query)
  expect(status).toBe(200)
  expect(judged(['paths', path, 'get', 'responses', '200', 'content', 'application/json', 'schema'], body)).toEqual([])
})

test('answers a mistake as it is described, at every route that needs a key', async () => {
  const all = await shop()
  const place = ['components', 'schemas', 'Problem']
  for (const { method, path, security, parameters = [] } of all.routes.filter(({ security }) => security.length)) {
    const response = await fetch(new URL(partsOf(all, path), all.server.origin), { method: method.toUpperCase() })
    expect([path, response.headers.get('content-type')]).toEqual([path, 'application/problem+json'])
    expect([path, all.judged(place, await response.json())]).toEqual([path, []])
    // What a frame shows with is a parameter of its own, and missing.
    expect([path, response.status]).toEqual([path, path === '/embed' ? 400 : 401])
    const isRead = method === 'get' && 'read' in security[0]! && !parameters.some(({ required }) => required)
    if (isRead && path !== '/tail') {
      const url = `${path}?site=shop&colour=red`
      const { status, body } = await call<{ field: string; detail: string }>(all.server, 'GET', url)
      expect([path, status, body.field]).toEqual([path, 400, 'colour'])
      expect([path, all.judged(place, body)]).toEqual([path, []])
    }
  }
})

test('no browser keeps what is said of all sites together, and what is not known there is refused', async () => {
  const server = await startServer()
  const ask = (query: string) =>
    fetch(`${server.origin}/status${query}`, { headers: { Authorization: `Bearer ${server.admin}` } })
  expect((await ask('')).headers.get('cache-control')).toBe('no-store')
  expect((await ask('?colour=red')).status).toBe(400)
})

test('is a page for people too, which runs nothing and asks nobody', async () => {
  const server = await startServer()
  const response = await fetch(`${server.origin}/reference`)
  const policy = response.headers.get('content-security-policy')!
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  const text = await response.text()
  expect(text).not.toMatch(/<script|(src|href)="(?!#|\/|data:)/)
  const { routes } = await described(server)
  const isMissing = ({ operationId, path }: Route) =>
    !text.includes(`<details id="${operationId}">`) || !text.includes(`<code>${path}</code>`)
  expect(routes.filter(isMissing)).toEqual([])
})

test('says of every parameter and of every member what it is', async () => {
  const { routes } = await described(await startServer())
  const silent = routes.flatMap(({ path, parameters = [], requestBody }) => {
    const { properties = {} } = (requestBody?.content?.['application/json']?.schema ?? {}) as {
      properties?: Record<string, { description?: string }>
    }
    const members = Object.entries(properties).map(([name, { description }]) => ({ name, description }))
    return [...parameters, ...members].filter(({ description }) => !description).map(({ name }) => `${path} ${name}`)
  })
  expect(silent).toEqual([])
})
