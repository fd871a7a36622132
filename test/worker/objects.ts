/** Real objects for tests that run inside workerd: a listed site of its own for each, and hands on its Hail and Whale. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { hail, pod, whale, type Env } from '../../worker/env'
import type { Entry } from '../../worker/hail/log'
import { place } from '../../worker/hail/ids'
import type { Site } from '../../worker/ingest/settings'
import { parseMetric } from '../../worker/rollup/metric'
import { siteWith } from '../site'

declare global {
  namespace Cloudflare {
    interface Env extends WorkerEnv {}
  }
}
type WorkerEnv = Env

/** Any object: the test looks at its disk, not at its methods, whose types would be unfolded without end. */
type Stub = DurableObjectStub<undefined>

let next = 1000

export async function madeSite(zone = 'UTC', settings: Partial<Site> = {}) {
  next += 1
  const site = siteWith({ site: next, name: `site ${next}`, zones: [{ from: 0, zone }], ...settings })
  await pod(env).create(site)
  const stubs = { hail: () => hail(env, site.site, 0), whale: () => whale(env, site.site) }
  return {
    ...stubs,
    site,
    /** The total of a metric, as a reader gets it. */
    total: (metric = 'hits', dimension: string[] = []) => total(stubs.whale(), site, metric, dimension),
  }
}

async function total(stub: ReturnType<typeof whale>, site: Site, text: string, dimension: string[]): Promise<number> {
  const metric = parseMetric(text)
  if ('problem' in metric) throw new Error(metric.problem)
  const answer = await stub.answer({
    type: 'pageview',
    dimension,
    metrics: [metric],
    interval: 'all',
    from: 0,
    to: Date.now() + 1,
    now: Date.now(),
    timezone: 'UTC',
    zones: site.zones,
    depth: 0,
    sort: { metric, descending: true },
    limit: 10,
  })
  if (answer.partial) throw new Error('partial')
  return answer.series[0]?.total ?? 0
}

/** One moment for all of a file: an id's place goes by its time, and the same view is the same on both sides of ten minutes. */
let moment: number | undefined
const theMoment = () => (moment ??= Date.now())

/** An entry as a route hands it to a Hail: one view, with an id made of a number. */
export function view(number: number, { at = theMoment(), page = '/a', hits = 1 } = {}): Entry {
  const id = String.fromCharCode(...Array.from({ length: 10 }, (_, i) => (number >> (i * 4)) & 255))
  const events = [{ at, type: 'pageview', dimensions: { page }, metrics: { hits } }]
  return { id, ...place(at, Date.now()), text: JSON.stringify(events) }
}

export const views = (from: number, count: number): Entry[] => Array.from({ length: count }, (_, i) => view(from + i))

/** Makes a statement on an object's own disk fail, as a full or broken one would, until it is mended. */
export async function breaks(stub: Stub, when: string): Promise<() => Promise<void>> {
  const name = 'broken'
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec(`CREATE TRIGGER ${name} BEFORE ${when} BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END`)
  })
  return () =>
    runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec(`DROP TRIGGER ${name}`)
    })
}

/** How many rows a table holds. */
export const rows = (stub: Stub, table: string): Promise<number> =>
  runInDurableObject(
    stub,
    (_, { storage }) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n,
  )

/** Rows that the object's own connection has ever changed. */
export const changes = (stub: Stub): Promise<number> =>
  runInDurableObject(stub, (_, { storage }) => storage.sql.exec<{ n: number }>(`SELECT total_changes() AS n`).one().n)

/** Runs a query on an object's own disk. */
export const query = <Row extends Record<string, SqlStorageValue>>(stub: Stub, sql: string): Promise<Row[]> =>
  runInDurableObject(stub, (_, { storage }) => storage.sql.exec<Row>(sql).toArray())
