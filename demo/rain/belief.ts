/**
 * Whether a server believes the address that a visitor's request names, and knows where that is: only then can it tell the
 * countries of beacons. It is asked as everything is, by an event: a sealed one of type `rain`, from an address in Sweden,
 * counts there or it does not.
 */
import { ask, type Server } from '../../sdk/cli/server'
import type { Graph } from '../../sdk/wire/query'
import { BEACONS, type Drop, type Ground, headersOf, PREFIX } from './drop'
import { TYPE } from './mark'
import { Pen } from './pen'
import { PLACES } from './place'
import type { Rain } from './rain'
import { HOST } from './shop'
import { Visitor } from './visitor'

const SWEDE = PLACES.find(({ country }) => country === 'SE')!

/** The question. */
export function whereabouts(rain: Rain, ground: Ground): Drop {
  const visitor = new Visitor(rain.wish.seed, -1, SWEDE)
  const headers = headersOf(visitor)
  const request = () => {
    const saying = ['c', {}, {}, TYPE] as const
    const [envelope] = new Pen(rain.name, ground.config).seal('where', [
      [rain.wish.until - BEACONS, `${HOST}/`, '', 1280, saying],
    ])
    return { path: ground.config[PREFIX] + envelope!, method: 'GET' as const, headers } // One text, one envelope.
  }
  return { events: 0, isBot: false, request }
}

/** The answer; `server` speaks with the site's read key. */
export async function isBelieved(server: Server): Promise<boolean> {
  const query = new URLSearchParams({
    type: TYPE,
    dimension: JSON.stringify(['country', SWEDE.country]),
    period: 'all',
  })
  const { series } = await ask<Graph>(server, 'GET', `/graph?${query}`)
  return series.some(({ total }) => total > 0)
}
