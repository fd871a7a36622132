/** Who sends a request, as this server sees it. Whoever reads the address forgets it. */
import type { Context } from 'hono'
import { type Facts, factsOf } from '../ingest/facts'
import { addressOf, socketOf } from '../ingest/proxy'
import type { App } from './access'
import type { Deployment } from './deployment'

export function factsFor(c: Context<App>, { geo }: Deployment, address: string | undefined): Facts {
  return factsOf({ header: (name) => c.req.header(name), cf: c.req.raw.cf, address }, geo)
}

export function addressFor(c: Context<App>, { proxy }: Deployment): string | undefined {
  const header = (name: string) => c.req.header(name)
  return addressOf({ socket: socketOf(c.req.raw.cf, header), header }, proxy)
}
