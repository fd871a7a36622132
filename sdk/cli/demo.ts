/**
 * Gets the demo shop ready, as any customer would: a site, a minted pixel for its thank-you page, an experiment on its front
 * page and read-only shares, all by the public API; then its pages are rendered into the data folder, from where the Worker serves them.
 * No key stands in a page: the pixel and the share are envelopes that open nothing else.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { root } from './home'
import { ask, type Server } from './server'
import { Stop } from './stop'

/** Where the Worker serves the demo. */
export const PREFIX = '/demo'
const NAME = 'demo'

/** What the front page tries: each option is a headline, and who buys rewards the one that brought him. */
export const EXPERIMENT = {
  decision: 'front page',
  options: ['ruler', 'storm', 'gift'],
  dimensions: ['country'],
  // No headline is the best everywhere.
  personalise: 'strong',
  // As long as a session may be idle: who buys by a headline buys soon.
  window: 1800,
}
/** The type that counts it, and so what a share of it is for. */
const COUNTED_AS = 'decision.front_page'

/** What was made for the demo, kept so that a restart makes no second kit. */
interface Kit {
  site: number
  /** Its path; the page asks its own origin. */
  pixel: string
  share: string
  /** Of the experiment alone. */
  results: string
  /** Of the pixel, in unix seconds. */
  expires: number
  /** The site's when it was made: with a master key, or with all pixels, the kit may go. */
  pixelEpoch: number
}

const DAY_S = 24 * 3600
const YEAR_S = 365 * DAY_S
/** A kit that ends this soon is made anew: a server may run for long. */
const SPARE_S = 30 * DAY_S
const nowInSeconds = () => Math.floor(Date.now() / 1000)

interface Site {
  site: number
  pixelEpoch: number
}

async function demoSite(server: Server): Promise<Site> {
  const { sites } = await ask<{ sites: { site: number; name: string }[] }>(server, 'GET', '/api/sites')
  const known = sites.find(({ name }) => name === NAME)
  if (known) return ask<Site>(server, 'GET', `/api/sites/${known.site}`)
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  return ask<Site>(server, 'POST', '/api/sites', { name: NAME, timezone: timeZone, origins: [] })
}

/** An order says its number and what was paid, within reason; all else is fixed by the envelope. */
const ORDER = { type: 'order', dimensions: { sales: 'shop' }, metrics: {}, slots: { dollars: [0, 1000], order: 1 } }

async function make(server: Server, { site, pixelEpoch }: Site): Promise<Kit> {
  const expires = nowInSeconds() + YEAR_S
  const pixel = await ask<{ url: string }>(server, 'POST', `/api/sites/${site}/pixels`, { ...ORDER, expires })
  const shares = `/api/sites/${site}/shares`
  const { share } = await ask<{ share: string }>(server, 'POST', shares, {})
  const { share: results } = await ask<{ share: string }>(server, 'POST', shares, { type: COUNTED_AS })
  // The same once more is the one that is there.
  await ask(server, 'POST', `/experiments?site=${site}`, EXPERIMENT)
  return { site, pixel: new URL(pixel.url, server.origin).pathname, share, results, expires, pixelEpoch }
}

function recall(file: string): Kit | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kit // written below, by us
  } catch {
    return undefined
  }
}

function remember(file: string, kit: Kit): void {
  writeFileSync(`${file}.new`, JSON.stringify(kit), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

const TEXTS = new Set(['.html', '.js', '.css', '.svg', '.txt', '.json'])

/** Copies the pages, `{{name}}` replaced by its value in texts; an unknown name is a mistake in a page. */
function render(from: string, to: string, values: Record<string, string>): void {
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(from, name)).isDirectory()) continue
    const bytes = readFileSync(join(from, name))
    const fill = (text: string) =>
      text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => {
        const value = values[key]
        if (value === undefined) throw new Error(`${name} asks for {{${key}}}, which the demo has not`)
        return value
      })
    mkdirSync(dirname(join(to, name)), { recursive: true })
    writeFileSync(join(to, name), TEXTS.has(extname(name)) ? fill(bytes.toString('utf8')) : bytes)
  }
}

/** Makes or recalls what the demo needs and renders it; answers the path to open. */
export async function prepareDemo(
  server: Server,
  dataFolder: string,
  pages = join(root, 'demo/pages'),
): Promise<string> {
  if (!existsSync(pages)) throw new Stop('this package came without demo pages')
  const file = join(dataFolder, 'demo.json')
  const known = await demoSite(server)
  const { site, pixelEpoch } = known
  const old = recall(file)
  // An older version's knew of no results.
  const isGood =
    old?.site === site && old.results && old.pixelEpoch === pixelEpoch && old.expires > nowInSeconds() + SPARE_S
  const kit = isGood ? old : await make(server, known)
  if (!isGood) remember(file, kit)
  const { pixel, share, results } = kit
  render(pages, join(dataFolder, 'demo'), { site: String(site), pixel, share, results, prefix: PREFIX })
  return `${PREFIX}/`
}
