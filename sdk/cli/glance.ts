/** The health of sites in lines for people: a table, or a line for a log. */
import { ago, span } from './ago'
import { type Looked, type Overview, type Refusal, summed, type Summary, uncounted } from './health'
import { paint, plain } from './say'
import { type Column, table } from './table'

const number = new Intl.NumberFormat('en')
const NOTHING = '–'
const some = (count: number): string => (count ? number.format(count) : NOTHING)

/** What waits longer than this does not reach its Whale: a merge comes within a minute. */
const SLOW_S = 180

const COUNT: Omit<Column, 'title'> = { right: true }
const GAPS: Column = {
  title: 'gaps',
  right: true,
  paint: (text) => (text.endsWith(NOTHING) ? text : paint('red', text)),
}
const oldest = (of: readonly { lagSeconds: number }[]): Column => ({
  title: 'oldest',
  right: true,
  paint: (text, row) => (of[row]!.lagSeconds > SLOW_S ? paint('red', text) : text),
})

const STRAY = 'Refused, for no site of this deployment'

export function toldSites({ at, sites, refusals }: Overview): string[] {
  if (!sites.length) return ['There is no site yet:  npx graupel site add NAME', ...toldRefusals(refusals, STRAY)]
  const columns: Column[] = [
    { title: 'site', ...COUNT },
    { title: 'name' },
    { title: 'last event', ...COUNT },
    { title: 'waiting', ...COUNT },
    oldest(sites),
    GAPS,
    { title: 'refused', ...COUNT },
  ]
  const rows = sites.map((each) => [
    String(each.site),
    each.name,
    ago(each.lastEvent, at),
    some(each.waiting),
    each.waiting ? span(each.lagSeconds) : NOTHING,
    some(each.gaps),
    some(each.refused),
  ])
  return [...table(columns, rows), ...toldRefusals(refusals, STRAY)]
}

export function toldSite(seen: Looked): string[] {
  const { site, name, at } = seen
  return [
    `${paint('bold', plain(name))}  ${site}, last event ${ago(summed(seen).lastEvent, at)}`,
    '',
    ...toldShards(seen),
    ...toldTypes(seen),
    ...toldForward(seen),
    ...toldGaps(seen),
    ...toldRefusals(seen.refusals),
  ]
}

function toldShards({ shards, merged, at }: Looked): string[] {
  const columns: Column[] = [
    { title: 'shard', ...COUNT },
    { title: 'last event', ...COUNT },
    { title: 'merged', ...COUNT },
    { title: 'waiting', ...COUNT },
    oldest(shards),
  ]
  const rows = shards.map(({ shard, lastEvent, waiting, lagSeconds }) => [
    String(shard),
    ago(lastEvent, at),
    some(merged.find((each) => each.shard === shard)?.events ?? 0),
    some(waiting),
    waiting ? span(lagSeconds) : NOTHING,
  ])
  return table(columns, rows)
}

function toldTypes(seen: Looked): string[] {
  const { hits24h } = seen
  const rows = Object.entries(hits24h).map(([type, hits]) => [type, some(hits)])
  if (!rows.length) return []
  const left = uncounted(seen)
  return [
    '',
    ...table([{ title: 'type' }, { title: 'hits in 24 h', right: true }], rows),
    ...(left > 0 ? [paint('dim', `and ${number.format(left)} more types, in --json`)] : []),
  ]
}

function toldForward({ forward, at }: Looked): string[] {
  if (!forward) return []
  const { upstreams, waiting, lagSeconds, lastError } = forward
  const to = upstreams.length
    ? `forwarded to ${upstreams.join(', ')}`
    : 'linked, and counted here: no upstream is named'
  return [
    '',
    `${plain(to)}; ${waiting ? `${number.format(waiting)} wait, the oldest for ${span(lagSeconds)}` : 'nothing waits'}`,
    ...(lastError
      ? [paint('yellow', plain(`${ago(lastError.at, at)}  ${lastError.upstream}: ${lastError.message}`))]
      : []),
  ]
}

/** Positions are milliseconds and a fraction of one. */
const PER_MS = 1024
const timeOf = (position: number): string => new Date(position / PER_MS).toISOString()

function toldGaps({ gaps }: Looked): string[] {
  if (!gaps.length) return []
  const lines = gaps.map(({ shard, source, start, until }) => {
    const where = source === undefined ? `shard ${shard}` : `source ${source}`
    return paint('red', plain(`gap  ${where}: what came from ${timeOf(start)} to ${timeOf(until)} is lost`))
  })
  return ['', ...lines]
}

/** Events, reason and why; below it what to do. */
const INDENT = 11

function toldRefusals(refusals: readonly Refusal[], title = 'Refused'): string[] {
  if (!refusals.length) return []
  const lines = refusals.flatMap(({ reason, events, why, mend }) => [
    `${number.format(events).padStart(INDENT - 2)}  ${paint('yellow', plain(reason))}  ${plain(why)}`,
    paint('dim', `${' '.repeat(INDENT)}${plain(mend)}`),
  ])
  return ['', title, ...lines]
}

/** For a log: a line each time. */
export function toldShort(seen: Looked | Overview): string {
  const sites: Summary[] = 'sites' in seen ? seen.sites : [summed(seen)]
  const [only] = sites
  const name = sites.length === 1 && only ? only.name : `${sites.length} sites`
  const total = (pick: (site: Summary) => number) => number.format(sites.reduce((sum, each) => sum + pick(each), 0))
  const last = Math.max(0, ...sites.map(({ lastEvent }) => lastEvent ?? 0)) || null
  const parts = [
    `last event ${ago(last, seen.at)}`,
    `${total(({ waiting }) => waiting)} waiting`,
    `${total(({ gaps }) => gaps)} gaps`,
    `${total(({ refused }) => refused)} refused`,
  ]
  return plain(`${new Date(seen.at).toISOString()}  ${name}  ${parts.join(', ')}`)
}
