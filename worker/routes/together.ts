/**
 * One question about several sites: `site=1,2,3` or `site=all`. Each Whale gives the cells it would answer from; here they
 * are summed and answered from as if they were one site's, so that ratios, ranks and visitors come out right.
 */
import type { Context } from 'hono'
import type { Graph } from '../../sdk/wire/query'
import { whale } from '../env'
import type { Site } from '../ingest/settings'
import { readsSketches } from '../rollup/distinct'
import { decode } from '../rollup/fragment'
import { answer } from '../whale/answer'
import { FragmentReader } from '../whale/fragment-reader'
import type { GraphQuery } from '../asked/graph'
import type { Access, App } from './access'
import { deploymentOf } from './deployment'
import { checked } from './answers'
import { bad, Problem } from './problem'
import { questionBy } from './question'

/** Each is a call; one request of a free Worker may make fifty. */
const MOST_SITES = 40

export async function graphOfSites(c: Context<App>, query: GraphQuery, access: Access, now: number): Promise<Graph> {
  if (access.level !== 'admin') throw new Problem(403, 'several sites are shown to the admin token only', 'site')
  if (query.where !== undefined) throw bad('where', 'is asked of one site at a time')
  const sites = await sitesOf(c, query.site ?? 'all', now)
  // The buckets of all are those of the first, or of the zone that is asked for.
  const tz = query.tz ?? (query.tzoffset === undefined ? zoneOf(sites[0]!) : undefined)
  const questions = sites.map((site) => questionBy({ ...query, ...(tz && { tz }) }, site, access, now))
  const [question] = questions
  const sketches = [...question!.metrics, question!.sort.metric].some(readsSketches)
  const excerpts = await Promise.all(
    sites.map(({ site }, i) => whale(c.env, site).excerpt({ ...questions[i]!, sketches })),
  )
  const reader = new FragmentReader(decode(excerpts.flatMap(({ parts }) => parts)))
  const isPartial = excerpts.some(({ partial }) => partial)
  return checked({
    site: 0,
    sites: sites.map(({ site }) => site),
    ...answer(reader, question!),
    ...(isPartial && { partial: true }),
  })
}

async function sitesOf(c: Context<App>, text: string, now: number): Promise<Site[]> {
  const { directory } = await deploymentOf(c.env)
  const all = await directory.all(c.env, now)
  const asked = text === 'all' ? all : text.split(',').map((number) => named(all, number.trim()))
  if (!asked.length) throw new Problem(404, 'there is no site', 'site')
  if (asked.length > MOST_SITES) throw bad('site', `names more than ${MOST_SITES} sites`)
  return [...new Set(asked)]
}

function named(all: readonly Site[], number: string): Site {
  const site = all.find((each) => String(each.site) === number)
  if (!site) throw new Problem(404, `there is no site ${number.slice(0, 80)}`, 'site')
  return site
}

const zoneOf = ({ zones }: Site): string => zones.at(-1)?.zone ?? 'UTC'
