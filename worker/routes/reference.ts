/**
 * `/openapi.json` describes every public route, and `/reference` is the same for people. Both are made when somebody asks
 * first: nobody who counts waits for it, neither at start nor later.
 */
import { type Context, Hono } from 'hono'
import { referencePage } from '../dashboard/reference'
import type { Document } from '../reference/document'
import { type App, originOf } from './access'
import { open } from './answers'
import { page } from './page'

/** It changes with a release. */
const CACHE = 'public, max-age=3600'

/** Made once in an isolate: it takes some milliseconds, and only where it is served differs. */
let made: Omit<Document, 'servers'> | undefined

async function documentFor(c: Context<App>): Promise<Document> {
  const { documentOf } = await import('../reference/document')
  made ??= documentOf()
  return { ...made, servers: [{ url: originOf(c) }] }
}

export const reference = new Hono<App>()
  .use('/openapi.json', open)
  .get('/openapi.json', async (c) =>
    c.body(JSON.stringify(await documentFor(c)), 200, {
      'Content-Type': 'application/json',
      'Cache-Control': CACHE,
      'X-Content-Type-Options': 'nosniff',
    }),
  )
  .get('/reference', async (c) => {
    const document = await documentFor(c)
    return page(c, (nonce) => referencePage(document, nonce))
  })
