/** The Worker: which file answers which URL, and the three kinds of object behind them. */
import { Hono } from 'hono'
import type { App } from './routes/access'
import { count } from './routes/count'
import { demo } from './routes/demo'
import { graphs } from './routes/graph'
import { grants } from './routes/grants'
import { home } from './routes/home'
import { login } from './routes/login'
import { pixel } from './routes/pixel'
import { Problem, problem } from './routes/problem'
import { beacon } from './routes/script'
import { sites } from './routes/sites'
import { status } from './routes/status'

export { Hail } from './hail/hail'
export { Pod } from './pod/pod'
export { Whale } from './whale/whale'

const app = new Hono<App>({ strict: true })
  .route('/', pixel)
  .route('/b', beacon)
  .route('/count', count)
  .route('/api/sites', sites)
  .route('/api/sites', grants)
  .route('/', login)
  .route('/', status)
  .route('/', demo)
  .route('/', home)
  .route('/', graphs)

app.notFound((c) => problem(c, new Problem(404, `there is nothing at ${new URL(c.req.url).pathname}`)))

/** Whatever an object could not do just now, it was not done: the sender keeps the event and comes again. */
app.onError((error, c) => {
  if (error instanceof Problem) return problem(c, error)
  console.error(`${c.req.method} ${new URL(c.req.url).pathname}: ${error.stack ?? error}`)
  return problem(c, new Problem(503, 'an object did not answer; try again'))
})

export default app
