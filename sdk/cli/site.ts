/** `graupel site`: makes, lists and deletes sites. Keys are shown where they are asked for, and nowhere else. */
import type { Command } from 'commander'
import { collect, numberOf, pairOf, rangeOf, retold, wholeOf } from './option'
import { plain, say, type Spoken, speaks } from './say'
import { ask, REACHES, Refused, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'
import { Stop, Usage } from './stop'
import { table } from './table'

interface Site {
  site: number
  name: string
  timezone: string
  origins: string[]
}

interface Whole extends Site {
  keys: Record<'write' | 'read' | 'pixel' | 'public', string>
  snippet: string
}

type Options = Spoken & Reach & { keys?: true }

interface Wished {
  timezone: string
  origin?: string[]
  static?: true
  respect?: string
  shards?: string
  prefix?: string[]
  cross?: string[]
  keep?: string[]
  allow?: string[]
  rate?: string
}

const MOST_SHARDS = 64
const MOST_RATE = 1_000_000

/** What the API takes; what is not named is left to its own defaults. */
function settingsOf(name: string, options: Wished): Record<string, unknown> {
  const { timezone, origin, respect, shards, prefix, cross, keep, allow, rate } = options
  return {
    name,
    timezone,
    ...(origin && { origins: origin }),
    ...(options.static && { static: true }),
    ...(respect !== undefined && { respect: respect === 'none' ? [] : respect.split(',') }),
    ...(shards !== undefined && { shards: wholeOf('--shards', shards, 1, MOST_SHARDS) }),
    ...(prefix && { prefixes: Object.fromEntries(prefix.map((each) => pairOf('--prefix', each, 'pixel=hi'))) }),
    ...(cross && { cross: cross.map((each) => each.split(',')) }),
    ...(keep && { keep: Object.fromEntries(keep.map((each) => numberOf('--keep', each, 'raw=30'))) }),
    ...(allow && { allow: Object.fromEntries(allow.map((each) => rangeOf('--allow', each, 'seats=0..100'))) }),
    ...(rate !== undefined && { rate: rate === 'off' ? false : wholeOf('--rate', rate, 1, MOST_RATE) }),
  }
}

const reached = (options: Reach): Server => serverOf(readSettings(process.env), options)
const pathOf = (site: string) => `/api/sites/${encodeURIComponent(site)}`

async function add(name: string, options: Options & Wished): Promise<void> {
  if (!name.trim()) throw new Usage('a site needs a name')
  const settings = settingsOf(name, options)
  const made = await ask<Whole>(reached(options), 'POST', '/api/sites', settings, { has: 'snippet' }).catch(
    (error: unknown) => {
      // The name is no option, and that it is taken is no mistake in the words.
      throw error instanceof Refused && error.field === 'name' ? error : retold(error)
    },
  )
  show(made, options)
}

function show({ keys, ...site }: Whole, options: Options): void {
  say(options, options.keys ? { ...site, keys } : site, () => [
    ...told(site),
    '',
    ...(options.keys ? toldKeys(keys) : [`Its keys:  npx graupel site list ${site.site} --keys`]),
  ])
}

const told = ({ site, name, timezone, origins, snippet }: Omit<Whole, 'keys'>): string[] => [
  plain(`${name} is site ${site}; its days are those of ${timezone}`),
  plain(
    origins.length ? `pages of ${origins.join(', ')} may send` : 'any page may send (--origin lists those that may)',
  ),
  '',
  'Paste this into its pages:',
  '',
  `  ${plain(snippet)}`,
  '',
  'On localhost and in files the script is silent: add data-local to count there.',
]

const DOES = {
  write: 'counts, and mints pixels',
  read: 'asks',
  pixel: 'mints pixels without the server',
  public: 'no secret: what the script seals with',
}

const toldKeys = (keys: Whole['keys']): string[] =>
  table(
    [{ title: 'key' }, { title: 'is' }, { title: 'does' }],
    (Object.keys(DOES) as (keyof typeof DOES)[]).map((name) => [name, keys[name], DOES[name]]), // The keys of the very table above.
  )

async function list(site: string | undefined, options: Options): Promise<void> {
  const server = reached(options)
  if (site !== undefined)
    return show(await ask<Whole>(server, 'GET', pathOf(site), undefined, { has: 'snippet' }), options)
  if (options.keys) throw new Usage('--keys are those of one site: graupel site list SITE --keys')
  const { sites } = await ask<{ sites: Site[] }>(server, 'GET', '/api/sites', undefined, { has: 'sites' })
  say(options, { sites }, () => (sites.length ? rows(sites) : 'There is no site yet:  npx graupel site add NAME'))
}

const rows = (sites: Site[]): string[] =>
  table(
    [{ title: 'site', right: true }, { title: 'name' }, { title: 'timezone' }, { title: 'origins' }],
    sites.map(({ site, name, timezone, origins }) => [String(site), name, timezone, origins.join(', ') || 'all']),
  )

/** Each of its objects is emptied before it is answered. */
const REMOVAL_MS = 60_000

async function remove(site: string, options: Options & { yes?: true }): Promise<void> {
  const server = reached(options)
  if (!options.yes) {
    const { name, site: number } = await ask<Site>(server, 'GET', pathOf(site), undefined, { has: 'name' })
    throw new Stop(
      `${name} (${number}) goes with all that it counted, and its number is never given again: its script, pixels and keys are void. If that is meant:  npx graupel site remove ${number} --yes`,
    )
  }
  await ask(server, 'DELETE', pathOf(site), undefined, { patience: REMOVAL_MS })
  say(options, { removed: site }, () => plain(`${site} is deleted, with all that it counted`))
}

const ADD = `${REACHES}

Examples
  $ npx graupel site add shop --origin shop.example --timezone Europe/Stockholm
  $ npx graupel site add shop --json --keys`

export function addSite(program: Command): void {
  const site = program
    .command('site')
    .description('make, list and delete sites')
    .addHelpText('after', '\nExample\n  $ npx graupel site add shop')
  const adding = site
    .command('add')
    .description('make a site, and print the line for its pages')
    .argument('<name>', 'at most 100 characters')
    .option('--timezone <zone>', 'whose days are counted', Intl.DateTimeFormat().resolvedOptions().timeZone)
    .option('--origin <host>', 'a host whose pages may send, or *.host; repeat it for more. None: all', collect)
    .option('--static', 'beacons may be sealed with a key that never expires')
    .option('--respect <signals>', 'opt-outs that are obeyed: gpc,dnt (as without this option), one of them, or none')
    .option('--shards <number>', 'so many objects receive beacons')
    .option('--prefix <name=word>', 'first word of its URLs: script=s, pixel=q; repeat it for the other', collect)
    .option('--cross <names>', 'dimensions counted together: country,device; repeat it for more', collect)
    .option('--keep <name=days>', 'how long: raw=30, hours=93, days=800; repeat it for more', collect)
    .option('--allow <name=least..most>', 'a metric that browsers may send; repeat it for more', collect)
    .option('--rate <number>', 'envelopes a minute from one address; off for no limit')
    .option('--keys', 'show its keys, which are secrets')
  speaks(reaches(adding), 'the site as JSON; its keys only with --keys').addHelpText('after', ADD).action(add)
  const listing = site
    .command('list')
    .description('which sites there are, or one with the line for its pages')
    .argument('[site]', 'number or name')
    .option('--keys', 'show the keys of that one, which are secrets')
  speaks(reaches(listing), 'sites as JSON, or the one')
    .addHelpText('after', `${REACHES}\n\nExamples\n  $ npx graupel site list\n  $ npx graupel site list shop --keys`)
    .action(list)
  const removing = site
    .command('remove')
    .description('delete a site, and all that it counted')
    .argument('<site>', 'number or name')
    .option('--yes', 'that is meant')
  speaks(reaches(removing), 'what was deleted, as JSON')
    .addHelpText('after', `${REACHES}\n\nExample\n  $ npx graupel site remove shop --yes`)
    .action(remove)
}
