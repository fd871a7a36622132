import { describe, expect, test } from 'vitest'
import app from '../../../worker/index'
import { FAMILIES } from '../../../worker/reference/document'
import { TAKEN } from '../../../worker/routes/settings'

/** Pages and files for people who look at this deployment: nobody's interface. */
const PAGES = ['GET /', 'GET /login', 'POST /login', 'POST /logout', 'GET /decisions', 'GET /demo', 'GET /demo/*']
/** One route of the router's is two of the description's. */
const SPELLED: Record<string, string[]> = {
  'GET /b/{file}': ['GET /b/{site}.js', 'GET /b/{site}.json', 'GET /b/{site}.jsm'],
}
/** And a part of a path may have another name. */
const NAMES: Record<string, string> = { text: 'envelope' }

/** `/api/sites/:site` as `/api/sites/{site}`. */
const spelled = (path: string) =>
  path.replaceAll(/:(\w+)(\{.*?\}(?=\/|$))?/g, (_, name: string) => `{${NAMES[name] ?? name}}`)

const routes = app.routes
  .filter(({ method }) => method !== 'ALL' && method !== 'OPTIONS')
  .map(({ method, path }) => `${method} ${spelled(path)}`)
const described = FAMILIES.flatMap(({ routes }) => routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`))

describe('the description', () => {
  test('holds every route there is, and no other', () => {
    const known = routes.filter((route) => !PAGES.includes(route)).flatMap((route) => SPELLED[route] ?? [route])
    expect([...described].sort()).toEqual([...new Set(known)].sort())
  })

  test('names none of them twice', () => {
    expect(new Set(described).size).toBe(described.length)
  })
})

test('no site takes for its own what a route begins with', () => {
  const first = routes.map((route) => /\/([\w-]*)/.exec(route)?.[1] ?? '').filter(Boolean)
  // Those two are what a site's own stand for; each other is judged apart.
  const free = [...new Set(first)].filter((segment) => !['b', 'p'].includes(segment) && !TAKEN.has(segment))
  expect(free).toEqual([])
})

test.each([
  ['DELETE', '/graph', 'GET, HEAD'],
  ['PUT', '/api/sites', 'GET, HEAD, POST'],
  ['POST', '/api/sites/7', 'GET, HEAD, PATCH, DELETE'],
  ['GET', '/reset', 'POST'],
  ['POST', '/healthz', 'GET, HEAD'],
])('answers %s %s by what it takes: %s', async (method, path, allow) => {
  const response = await app.request(`http://x${path}`, { method }, { GRAUPEL_MASTER: MASTER })
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
  expect(await response.json()).toMatchObject({ status: 405, title: 'Method not allowed' })
})

const MASTER = `0:${'A'.repeat(43)}`
