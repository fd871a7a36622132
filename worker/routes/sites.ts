/** `/api/sites`: makes, lists, changes and deletes sites. Keys are derived, so showing one again costs nothing. */
import { Hono, type Context } from 'hono'
import { encode } from '../../sdk/wire/base64url'
import { epochOf } from '../../sdk/wire/envelope'
import { pod, whale } from '../env'
import type { Site } from '../ingest/settings'
import { FIXED_SHARDS } from '../ingest/shard'
import { type App, accessOf, originOf, siteFor } from './access'
import { type Derived, definitionsOf } from '../rollup/derived'
import { KEEP } from '../whale/sweep'
import { deploymentOf } from './deployment'
import { type Fields, fieldsOf, flag, number, only, text, texts } from './fields'
import { Problem } from './problem'

const HOUR = 3_600_000
/** A change counts from an hour that every isolate has heard of before it begins: their copies are a minute old at most. */
const LEAD = 10 * 60_000
/** Every isolate's copy is younger than this. */
const HEARD = 2 * 60_000
const hourAhead = (now: number) => Math.ceil((now + LEAD) / HOUR) * HOUR
/** One Hail takes a few hundred events a second; more than this many is a sign of another trouble. */
const MOST_SHARDS = 64
const SETTINGS = [
  'name',
  'timezone',
  'origins',
  'static',
  'respect',
  'shards',
  'prefixes',
  'cross',
  'metrics',
  'keep',
] as const
/** What a site's origins may say: `example.com`, `https://example.com`, `*.example.com`, each with an optional port. */
const ORIGIN = /^(https?:\/\/)?(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?$/i
const RESPECT_ALL = 3
const PREFIX = /^[\w-]+$/
/** What other routes begin with. */
const TAKEN = new Set(
  'api count count_decision cube decide demo dimensions experiments graph healthz live login openapi plotpoints rank reset spy status tail totals'.split(
    ' ',
  ),
)

export const sites = new Hono<App>()
  .post('/', async (c) => {
    await admin(c)
    const fields = fieldsOf(await c.req.json().catch(() => undefined))
    only(fields, SETTINGS)
    const now = Date.now()
    const name = text(fields, 'name', 100)
    if (!name) throw new Problem(400, 'name is missing', 'name')
    const { directory } = await deploymentOf(c.env)
    const sameName = (await directory.all(c.env, now)).find((site) => site.name === name)
    if (sameName) throw new Problem(400, `there is a site of this name already: ${sameName.site}`, 'name')
    const site = await create(c, (number) => changed(fresh(number, name, now), fields, now))
    await directory.refresh(c.env, now)
    return c.json(await shown(c, site, now), 201)
  })
  .get('/', async (c) => {
    await admin(c)
    const now = Date.now()
    const { directory } = await deploymentOf(c.env)
    return c.json({ sites: (await directory.all(c.env, now)).map(summary) })
  })
  .get('/:site', async (c) => {
    const now = Date.now()
    const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
    return c.json(await shown(c, site, now))
  })
  .patch('/:site', async (c) => {
    const now = Date.now()
    const { site } = await siteFor(c, c.req.param('site'), 'admin', now)
    const fields = fieldsOf(await c.req.json().catch(() => undefined))
    only(fields, SETTINGS)
    const { zones, shards, ...next } = changed(site, fields, now)
    // The Pod's own word holds for what this call does not change: others may change that at the same time.
    const changes = Object.fromEntries(
      Object.entries(next).filter(([name, value]) => value !== site[name as keyof Site]),
    )
    const history = {
      ...(zones !== site.zones && { zone: zones.at(-1)! }),
      ...(shards !== site.shards && { shards: shards.at(-1)! }),
    }
    const known = await pod(c.env).update(site.site, changes, history)
    if (!known) throw new Problem(404, `there is no site ${site.site}`, 'site')
    const { directory } = await deploymentOf(c.env)
    await directory.refresh(c.env, now)
    if (zones !== site.zones || shards !== site.shards || next.keep !== site.keep) {
      await whale(c.env, site.site).resettle()
    }
    return c.json(await shown(c, known, now))
  })
  .delete('/:site', async (c) => {
    const now = Date.now()
    await admin(c)
    const number = Number(c.req.param('site'))
    // One that was deleted while an object was away is here until all of them are empty.
    if (!(await pod(c.env).isLeaving(number))) await siteFor(c, c.req.param('site'), 'admin', now)
    const { directory } = await deploymentOf(c.env)
    try {
      await pod(c.env).remove(number)
    } finally {
      await directory.refresh(c.env, now)
    }
    return c.body(null, 204)
  })

async function admin(c: Context<App>): Promise<void> {
  const { level } = await accessOf(c, Date.now())
  if (level !== 'admin') throw new Problem(403, 'this needs the admin token')
}

/** A number that was never given, and a site under it. */
async function create(c: Context<App>, make: (number: number) => Site): Promise<Site> {
  for (;;) {
    const [number = 0] = crypto.getRandomValues(new Uint32Array(1))
    if (!number) continue
    const site = make(number)
    if (await pod(c.env).create(site)) return site
  }
}

const fresh = (site: number, name: string, now: number): Site => ({
  site,
  name,
  zones: [{ from: 0, zone: 'UTC' }],
  origins: [],
  shards: [{ from: 0, k: 1 }],
  fixedShards: FIXED_SHARDS,
  static: false,
  respect: RESPECT_ALL,
  prefixes: { script: 'b', pixel: 'p' },
  versions: { write: 1, read: 1 },
  created: now,
  revoked: [],
})

function changed(site: Site, fields: Fields, now: number): Site {
  const origins = texts(fields, 'origins')
  const bad = origins?.find((origin) => !ORIGIN.test(origin))
  if (bad !== undefined) {
    throw new Problem(400, `origins: "${bad}" must be a host, an origin or *.host, without a path`, 'origins')
  }
  const isNew = site.created === now
  return {
    ...site,
    name: text(fields, 'name', 100) ?? site.name,
    origins: origins ?? site.origins,
    static: flag(fields, 'static') ?? site.static,
    respect: number(fields, 'respect', 0, RESPECT_ALL) ?? site.respect,
    prefixes: prefixed(site.prefixes, fields.prefixes),
    ...(fields.cross !== undefined && { cross: crossOf(fields.cross) }),
    ...(fields.metrics !== undefined && { metrics: metricsOf(fields.metrics) }),
    ...(fields.keep !== undefined && { keep: keepOf(fields.keep, site.keep) }),
    zones: zoned(site.zones, text(fields, 'timezone'), now, isNew),
    shards: sharded(site.shards, number(fields, 'shards', 1, MOST_SHARDS), now, isNew),
  }
}

/** Each is a cell more for each pair of values. */
const MOST_CROSS = 8
const MOST_CROSSED = 4

function crossOf(given: unknown): string[][] {
  const isNames = (list: unknown): list is string[] =>
    Array.isArray(list) &&
    list.length >= 2 &&
    list.length <= MOST_CROSSED &&
    new Set(list).size === list.length &&
    list.every((name) => typeof name === 'string' && /^[^*]{1,64}$/.test(name))
  if (!Array.isArray(given) || given.length > MOST_CROSS || !given.every(isNames)) {
    const what = `must be at most ${MOST_CROSS} lists of 2 to ${MOST_CROSSED} different dimensions, such as [["country","device"]]`
    throw new Problem(400, `cross ${what}`, 'cross')
  }
  return given
}

function metricsOf(given: unknown): Record<string, Derived> {
  const made = definitionsOf(given)
  if ('problem' in made) throw new Problem(400, made.problem, 'metrics')
  return made.metrics
}

/** Days; a level is kept at least as long as questions of the coarser one need it. */
const KEPT = { raw: [0, 400], hours: [2, 800], days: [35, 3_700] } satisfies Record<string, [number, number]>

function keepOf(given: unknown, keep: Site['keep'] = KEEP): Site['keep'] {
  const fields = fieldsOf(given)
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(KEPT, name))
  if (unknown !== undefined) {
    const known = Object.keys(KEPT).join(', ')
    throw new Problem(400, `keep.${unknown} is not known here; known are ${known}`, `keep.${unknown}`)
  }
  const days = (name: keyof typeof KEPT) => {
    const field = `keep.${name}`
    const asked = number({ [field]: fields[name] }, field, KEPT[name][0]!, KEPT[name][1]!)
    if (asked !== undefined && !Number.isInteger(asked)) throw new Problem(400, `${field} must be whole days`, field)
    return asked ?? keep[name]
  }
  return { raw: days('raw'), hours: days('hours'), days: days('days') }
}

/** First segments of the site's public URLs, for installs behind an address of the owner's own. */
function prefixed(prefixes: Site['prefixes'], given: unknown): Site['prefixes'] {
  if (given === undefined) return prefixes
  const fields = fieldsOf(given)
  only(fields, ['script', 'pixel'])
  const next = {
    script: text(fields, 'script', 32) ?? prefixes.script,
    pixel: text(fields, 'pixel', 32) ?? prefixes.pixel,
  }
  const bad = Object.values(next).find((prefix) => !PREFIX.test(prefix) || TAKEN.has(prefix))
  if (bad !== undefined)
    throw new Problem(400, `prefixes: "${bad}" must be letters, digits, - or _, and no route here`, 'prefixes')
  if (next.script === next.pixel) throw new Problem(400, 'prefixes: script and pixel must differ', 'prefixes')
  return next
}

/** A new zone takes effect at the next hour both grids share, so that no hour is cut in two. */
function zoned(zones: Site['zones'], zone: string | undefined, now: number, isNew: boolean): Site['zones'] {
  if (zone === undefined || zone === zones.at(-1)?.zone) return zones
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new Problem(400, `timezone "${zone}" is not an IANA zone such as Europe/Stockholm`, 'timezone')
  }
  // Both grids stand on quarters of an hour, and a UTC hour is a bound of the coarser of them.
  return isNew ? [{ from: 0, zone }] : [...zones, { from: hourAhead(now), zone }]
}

/** A new number of Hails counts from the next hour of events' own time on: bytes sent before keep their Hail. */
function sharded(shards: Site['shards'], k: number | undefined, now: number, isNew: boolean): Site['shards'] {
  if (k === undefined || k === shards.at(-1)?.k) return shards
  if (!Number.isInteger(k)) throw new Problem(400, 'shards must be a whole number', 'shards')
  return isNew ? [{ from: 0, k }] : [...shards, { from: hourAhead(now), k, heard: now + HEARD }]
}

const timezone = (site: Site) => site.zones.at(-1)?.zone ?? 'UTC'

const summary = (site: Site) => ({ site: site.site, name: site.name, timezone: timezone(site), origins: site.origins })

async function shown(c: Context<App>, site: Site, now: number) {
  const { keys } = await deploymentOf(c.env)
  const epoch = epochOf(now, keys.newest)
  const pixelEpoch = keys.newest << 14
  const [publicKey, pixel, write, read] = await Promise.all([
    keys.publicKey(site.site, epoch),
    keys.derive('pixel', site.site, pixelEpoch),
    keys.token('write', site.site, site.versions.write),
    keys.token('read', site.site, site.versions.read),
  ])
  return {
    ...summary(site),
    static: site.static,
    respect: site.respect,
    shards: site.shards,
    prefixes: site.prefixes,
    zones: site.zones,
    cross: site.cross ?? [],
    metrics: site.metrics ?? {},
    keep: site.keep ?? KEEP,
    // What an envelope minted elsewhere names as its epoch.
    pixelEpoch,
    keys: {
      public: publicKey && encode(publicKey),
      pixel: pixel && encode(pixel),
      write,
      read,
    },
    snippet: snippetOf(originOf(c), site),
  }
}

export const snippetOf = (origin: string, { site, prefixes }: Site): string =>
  `<script defer src="${origin}/${prefixes.script}/${site}.js"></script>`
