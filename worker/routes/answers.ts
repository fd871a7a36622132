/** What every answer to a reader goes out with: open to scripts of any origin, kept by nobody, and whether it is whole. */
import type { Context } from 'hono'
import { cors } from 'hono/cors'
import type { App } from './access'

/** Set where a shard did not answer in time, in answers whose shape has no place to say so. */
const PARTIAL = 'Graupel-Partial'

export const open = cors({
  origin: '*',
  allowHeaders: ['Authorization', 'Content-Type'],
  exposeHeaders: [PARTIAL],
  maxAge: 86_400,
})

/** `body` is what JSON can say. */
export function answered(c: Context<App>, body: object, partial?: boolean): Response {
  return c.body(JSON.stringify(body), 200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(partial && { [PARTIAL]: '1' }),
  })
}
