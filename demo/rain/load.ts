/** A page load as the script tells it: the view at once; what is noticed later, clicks and the leaving, when the page goes. */
import type { Plaintext } from '../../sdk/send'
import type { Saying } from '../../sdk/wire/event'
import { beganOf, type Visit } from './rain'
import type { Moment } from './session'
import { HOST } from './shop'

export interface Load {
  visit: Visit
  /** Its own in the whole rain. */
  name: string
  view: Plaintext
  later: Plaintext[]
}

/** In order of time. */
export function loadsOf(visit: Visit): Load[] {
  const { moments, number, source, visitor } = visit
  const paths = pathsOf(visit)
  return paths.map((path, load) => {
    const said = moments
      .filter((moment) => moment.load === load)
      .flatMap((moment) => {
        const saying = sayingOf(moment, visit, paths)
        return saying ? [[moment.at, HOST + path, source.referrer, visitor.width, saying] satisfies Plaintext] : []
      })
    const [view, ...later] = said
    return { visit, name: `${number}/${load}`, view: view!, later } // A load begins with its view.
  })
}

/** The pages of a visit, by load. */
export const pathsOf = ({ moments }: Visit): string[] =>
  moments.flatMap((moment) => (moment.does === 'view' ? [moment.path] : []))

/** Seconds from the beginning of the session, as the script counts them. */
export const ageAt = (at: number, visit: Visit): number => Math.trunc((at - beganOf(visit)) / 1000)

/** Undefined where the script has no word for it. */
function sayingOf(moment: Moment, visit: Visit, paths: readonly string[]): Saying | undefined {
  const { load, at } = moment
  switch (moment.does) {
    case 'view':
      return ['p', visit.flags[load]!, ageAt(at, visit), paths[load - 1] ?? '', paths[0]!] // Each view has its flags.
    case 'leave':
      return ['e', moment.seconds, moment.scroll]
    case 'download':
      return ['d', moment.url]
    case 'follow':
      return ['o', moment.url]
    case 'order':
      return undefined
  }
}
