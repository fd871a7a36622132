/** The Worker: which file answers which URL, and the three kinds of object behind them. */
import { type Context, Hono } from 'hono'
import type { App } from './routes/access'
import { count } from './routes/count'
import { decide } from './routes/decide'
import { demo } from './routes/demo'
import { cubes } from './routes/cube'
import { decisions } from './routes/decisions'
import { deploymentOf } from './routes/deployment'
import { embed } from './routes/embed'
import { experiments } from './routes/experiments'
import { explain } from './routes/explain'
import { forward } from './routes/forward'
import { gimel } from './routes/gimel'
import { graphs } from './routes/graph'
import { hailwhale } from './routes/hailwhale'
import { home } from './routes/home'
import { siteKeys } from './routes/keys'
import { NOT_KEPT } from './routes/keeping'
import { live } from './routes/live'
import { login } from './routes/login'
import { outcomes } from './routes/outcomes'
import { pixel } from './routes/pixel'
import { pixels } from './routes/pixels'
import { bad, Problem, problem } from './routes/problem'
import { reference } from './routes/reference'
import { reset } from './routes/reset'
import { results } from './routes/results'
import { ranks } from './routes/rank'
import { decideAddress } from './routes/relay'
import { beacon } from './routes/script'
import { shares } from './routes/shares'
import { sites } from './routes/sites'
import { slices } from './routes/slices'
import { status } from './routes/status'

export { Hail } from './hail/hail'
export { Pod } from './pod/pod'
export { Whale } from './whale/whale'

/** A page's question is one to `/decide`. */
const questions: Hono<App> = new Hono<App>().get('/b/:file{.+\\.json}', (c, next) => {
  const address = decideAddress(c.req.url, c.req.param('file').replace(/\.json$/, ''))
  return address ? app.fetch(new Request(address, c.req.raw), c.env, c.executionCtx) : next()
})

const app = new Hono<App>({ strict: true })
  .route('/', pixel)
  .route('/', questions)
  .route('/b', beacon)
  .route('/count', count)
  .route('/count_decision', outcomes)
  .route('/', decide)
  .route('/experiments', experiments)
  .route('/', gimel)
  // Keys stand in these answers, and a cookie opens them too: no browser may keep one for whoever comes next.
  .use('/api/*', async (c, next) => {
    await next()
    c.header('Cache-Control', NOT_KEPT)
  })
  .route('/api/sites', sites)
  .route('/api/sites', pixels)
  .route('/api/sites', shares)
  .route('/api/sites', siteKeys)
  .route('/api/explain', explain)
  .route('/api/forward', forward)
  .route('/api/slices', slices)
  .route('/', login)
  .route('/', status)
  .route('/reset', reset)
  .route('/', live)
  .route('/', demo)
  .route('/', results)
  .route('/', embed)
  .route('/', reference)
  .route('/', home)
  .route('/', hailwhale)
  .route('/', ranks)
  .route('/', cubes)
  .route('/', graphs)
  .route('/', decisions)

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Nothing is there; or something is, that is asked in another way. */
function missing(c: Context<App>, path: string): Problem {
  const allowed = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  )
  if (!allowed.length) return new Problem(404, `there is nothing at ${path}`)
  c.header('Allow', allowed.flatMap((method) => (method === 'GET' ? [method, 'HEAD'] : method)).join(', '))
  return new Problem(405, `${path} takes ${allowed.join(', ')}`)
}

/** The route that a site's own prefix stands for. */
const ROUTES = { script: '/b/', pixel: '/p/' } as const

app.notFound(async (c) => {
  const url = new URL(c.req.url)
  const [, first = '', rest = ''] = /^\/([\w-]+)\/(.*)$/.exec(url.pathname) ?? []
  const { directory } = await deploymentOf(c.env)
  const route = directory.prefix(first)
  if (!route || `/${first}/` === ROUTES[route]) return problem(c, missing(c, url.pathname))
  url.pathname = ROUTES[route] + rest
  return app.fetch(new Request(url, c.req.raw), c.env, c.executionCtx)
})

/** Whatever an object could not do just now, it was not done: the sender keeps the event and comes again. */
app.onError((error, c) => {
  if (error instanceof Problem) return problem(c, error)
  // Made of the header Host, which may be anything.
  if (error instanceof TypeError && !URL.canParse(c.req.url)) return problem(c, bad('Host', 'names no host'))
  console.error(`${c.req.method} ${c.req.path}: ${error.stack ?? error}`)
  return problem(c, new Problem(503, 'an object did not answer; try again'))
})

export default app
