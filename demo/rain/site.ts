/** The site that a rain falls on: found by its name or made, with what is needed to rain: its keys, and the thank-you page's pixel. */
import { ask, type Server } from '../../sdk/cli/server'
import { Stop } from '../../sdk/cli/stop'
import type { Config } from '../../sdk/wire/config'
import { SALES } from './history'
import { HOST } from './shop'

export interface Site {
  site: number
  name: string
  timezone: string
  prefixes: { script: string }
  keys: { write: string; read: string }
}

/** Of an order, within reason. */
const SLOTS = { dollars: [0, 10_000], order: 1 }
/** The label by which the pixel is found again: a second one would count every order once more. */
const LABEL = 'thank-you page'

export async function siteOf(server: Server, name: string, timezone: string): Promise<Site> {
  const { sites } = await ask<{ sites: Pick<Site, 'site' | 'name'>[] }>(server, 'GET', '/api/sites', undefined, {
    has: 'sites',
  })
  const known = sites.find((each) => each.name === name)
  if (known) return ask<Site>(server, 'GET', `/api/sites/${known.site}`)
  return ask<Site>(server, 'POST', '/api/sites', { name, timezone, origins: [HOST] })
}

/** The same server with a key that opens no more than it must. */
export const withKey = (server: Server, { keys }: Site, key: 'read' | 'write'): Server => ({
  ...server,
  token: keys[key],
  tokenFrom: `the site's ${key} key`,
})

/** What the server tells a browser of the site. */
export const configOf = (server: Server, { site, prefixes }: Site): Promise<Config> =>
  ask<Config>(server, 'GET', `/${prefixes.script}/${site}.json`)

/** What nobody's visit leaves: refusals, and the doctor's own events. */
const NOBODYS = new Set(['refused', 'doctor'])

/** What counts anything real, be it orders alone, must not be rained on. */
export async function mustBeDry(server: Server, { name }: Site): Promise<void> {
  const { types } = await ask<{ types: string[] }>(server, 'GET', '/status', undefined, { has: 'types' })
  const [real] = types.filter((type) => !NOBODYS.has(type))
  if (real !== undefined)
    throw new Stop(`the site "${name}" counts events that are no rain (${real}): rain on another, by --site`)
}

/** The path of its pixel; the page asks the server by the address that it knows. */
export async function pixelOf(server: Server, { site }: Site): Promise<string> {
  const path = `/api/sites/${site}/pixels`
  const { pixels } = await ask<{ pixels: { name?: string; url: string }[] }>(server, 'GET', path)
  const known = pixels.find(({ name }) => name === LABEL)
  const wish = { type: 'order', dimensions: SALES, slots: SLOTS, name: LABEL }
  const { url } = known ?? (await ask<{ url: string }>(server, 'POST', path, wish))
  return new URL(url).pathname
}
