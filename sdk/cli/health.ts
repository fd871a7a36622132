/** How sites are, as their server says: what came last, what waits and what was refused, of one or of all. */
import { ask, type Server } from './server'

export interface Refusal {
  reason: string
  events: number
  why: string
  mend: string
}

/** What `/status` answers of one site. */
export interface SiteStatus {
  site: number
  name: string
  types: string[]
  shards: { shard: number; lastEvent: number | null; waiting: number; lagSeconds: number }[]
  merged: { shard: number; events: number }[]
  gaps: { shard?: number; source?: string; start: number; until: number }[]
  forward?: {
    upstreams: string[]
    waiting: number
    lagSeconds: number
    lastError: { at: number; upstream: string; message: string } | null
  }
  refusals: Refusal[]
}

interface Deployment {
  sites: { site: number }[]
  refusals: Refusal[]
}

/** The same with when it was asked, and the hits of the last 24 hours by type. */
export interface Looked extends SiteStatus {
  at: number
  hits24h: Record<string, number>
}

export interface Overview {
  at: number
  sites: Summary[]
  /** Of what named no site. */
  refusals: Refusal[]
}

export interface Summary {
  site: number
  name: string
  lastEvent: number | null
  waiting: number
  lagSeconds: number
  gaps: number
  refused: number
}

/** Each is a question of its own; deeper types are in the counts of those above them. */
const MOST_TYPES = 12
/** Refusals are shown by their reason. */
const REFUSED_TYPE = 'refused'
/** Questions at once. */
const ABREAST = 8

export async function lookAt(server: Server, site: string): Promise<Looked> {
  const of = `site=${encodeURIComponent(site)}`
  const status = await ask<SiteStatus>(server, 'GET', `/status?${of}`, undefined, { has: 'shards' })
  const types = status.types.filter((type) => !type.includes('.') && type !== REFUSED_TYPE).slice(0, MOST_TYPES)
  const hits = await abreast(types, async (type) => {
    const path = `/graph?${of}&type=${encodeURIComponent(type)}&metric=hits&period=24h`
    const { series } = await ask<{ series: { total: number }[] }>(server, 'GET', path, undefined, { has: 'series' })
    return [type, series[0]?.total ?? 0] as const
  })
  return { at: Date.now(), ...status, hits24h: Object.fromEntries(hits) }
}

export async function lookAtAll(server: Server): Promise<Overview | Looked> {
  const seen = await ask<Deployment | SiteStatus>(server, 'GET', '/status', undefined, { has: 'refusals' })
  // A site's own key was given: that site is all there is.
  if ('shards' in seen) return lookAt(server, String(seen.site))
  const sites = await abreast(seen.sites, async ({ site }) =>
    summed(await ask<SiteStatus>(server, 'GET', `/status?site=${site}`, undefined, { has: 'shards' })),
  )
  return { at: Date.now(), sites, refusals: seen.refusals }
}

/** How many types there are beside those whose hits were asked for. */
export const uncounted = ({ types, hits24h }: Looked): number =>
  types.filter((type) => type !== REFUSED_TYPE && !Object.hasOwn(hits24h, type)).length

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)

export function summed({ site, name, shards, gaps, refusals }: SiteStatus): Summary {
  return {
    site,
    name,
    lastEvent: Math.max(0, ...shards.map(({ lastEvent }) => lastEvent ?? 0)) || null,
    waiting: sum(shards.map(({ waiting }) => waiting)),
    lagSeconds: Math.max(0, ...shards.map(({ lagSeconds }) => lagSeconds)),
    gaps: gaps.length,
    refused: sum(refusals.map(({ events }) => events)),
  }
}

/** In order, a few at a time: a deployment of hundreds of sites is not asked for all of them at once. */
async function abreast<Each, Answer>(list: readonly Each[], work: (each: Each) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let i = 0; i < list.length; i += ABREAST) {
    answers.push(...(await Promise.all(list.slice(i, i + ABREAST).map(work))))
  }
  return answers
}
