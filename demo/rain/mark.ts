/**
 * What is written on a site's own ground, as an event of type `rain`: which rain falls here, and with which key it is sealed.
 * So a rain that was interrupted goes on as itself, in the next hour or week too, and never on a site that counts anything real.
 */
import type { Config } from '../../sdk/wire/config'
import { ask, type Server } from '../../sdk/cli/server'
import { Stop } from '../../sdk/cli/stop'
import type { Graph } from '../../sdk/wire/query'
import { DAY } from './calendar'
import type { Wish } from './rain'

export interface Mark {
  wish: Wish
  /** What a browser is told of the site, as it was when the rain began; all of it is public. */
  config: Config
}

export const TYPE = 'rain'
/** The dimension that says it. */
const BEGUN = 'begun'

const textOf = ({ wish: { seed, events, days, until, zone }, config: [start, end, key] }: Mark): string =>
  JSON.stringify([seed, events, days, until, zone, start, end, key])

function read(text: string, config: Config): Mark {
  // Written by `textOf`.
  const [seed, events, days, until, zone, ...sealed] = JSON.parse(text) as [
    number,
    number,
    number,
    number,
    string,
    number,
    number,
    string,
  ]
  const [, , , ...rest] = config
  return { wish: { seed, events, days, until, zone }, config: [...sealed, ...rest] }
}

/** The rain that fell here; `server` speaks with the site's read key. */
export async function markOf(server: Server, config: Config): Promise<Mark | undefined> {
  const query = new URLSearchParams({ type: TYPE, dimension: JSON.stringify([BEGUN]), depth: '1', period: 'all' })
  const { series } = await ask<Graph>(server, 'GET', `/graph?${query}`)
  const names = series.flatMap(({ dimension: [, name] }) => (name === undefined ? [] : [name]))
  if (names.length > 1) throw new Stop(`${names.length} rains fell on this site: rain on another, by --site`)
  return names[0] === undefined ? undefined : read(names[0], config)
}

/** Says so before the first drop; `server` speaks with the site's write key. */
export async function mark(server: Server, begun: Mark): Promise<void> {
  const text = textOf(begun)
  const { until, days } = begun.wish
  // Where the rain begins, so that it stands beside nothing of today.
  const at = until - days * DAY
  await ask(server, 'POST', '/count', { type: TYPE, id: text, at, dimensions: { [BEGUN]: text } })
}
