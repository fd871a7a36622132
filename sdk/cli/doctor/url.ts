/**
 * The origin that snippets and links name, beside the one that the server was reached at: what a page will come to. Further
 * checks ask there with the admin token, so it must have proved to be this very server: by a site's key, and else not at all.
 */
import type { Seen } from '../explain'
import { type Check, note, ok, wrong } from './check'
import { isHere, isHttps, keyAt, type Site, scriptOf } from './patient'

/** Whether it holds for browsers, and where they are sent. */
export async function urlCheck(
  reached: string,
  { origin: named }: Pick<Seen, 'origin'>,
  site?: Site,
): Promise<{ check: Check; at: string }> {
  if (named === reached) return { check: namedCheck(named), at: reached }
  const isSameHost = new URL(named).host === new URL(reached).host
  if (isSameHost && isHttps(reached)) {
    const says = `it is reached at ${reached}, and snippets name ${named}, from which no https page loads a script`
    return { check: wrong('url', says, `start the server with GRAUPEL_URL=${reached}`), at: reached }
  }
  if (!site) {
    const says = `snippets name ${named}; whether that leads here, a site's key will tell`
    return { check: note('url', says, 'ask again when there is a site'), at: reached }
  }
  const problem = await problemAt(named, reached, site)
  if (problem === undefined) return { check: namedCheck(named), at: named }
  const mend = 'give GRAUPEL_URL the origin by which pages reach this server, and see that it leads here'
  return { check: wrong('url', `snippets name ${named}, ${problem}`, mend), at: reached }
}

function namedCheck(named: string): Check {
  if (isHttps(named)) return ok('url', `snippets name ${named}`)
  if (isHere(named))
    return note(
      'url',
      `snippets name ${named}, which this machine alone reaches`,
      'for pages elsewhere give GRAUPEL_URL the public origin',
    )
  return note(
    'url',
    `snippets name ${named}: by http, so that no https page loads the script`,
    'put the server behind TLS and give GRAUPEL_URL its https origin',
  )
}

async function problemAt(named: string, reached: string, site: Site): Promise<string | undefined> {
  const [there, here] = await Promise.all([named, reached].map((origin) => keyAt(scriptOf(site, origin), 'manual')))
  if (there === undefined) return 'where no script of this site is'
  return there === here ? undefined : 'where another server has another key for this site'
}
