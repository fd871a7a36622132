/**
 * `graupel mint`: pixels, by a server that runs, or offline with a site's pixel key, as a mailing on
 * another machine does. A line for each, so that a mailing joins them to its readers.
 */
import type { Command } from 'commander'
import { noscriptOf } from '../wire/address'
import { pixelOf, type Wish } from '../wire/minting'
import type { Pixel } from '../wire/plaintext'
import { type Minted, offline } from './offline'
import { collect, retold, wholeOf } from './option'
import { say, type Spoken, speaks } from './say'
import { ask, REACHES, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'
import { Usage } from './stop'
import { type Wished, wishOf } from './wish'

/** A thousand are minted in some 30 ms; past this something is wrong with the server. */
const PATIENCE_MS = 30_000
/** What the API mints in one call. */
const AT_ONCE = 1_000
/** A mailing larger than this goes out in parts. */
const MOST = 1_000_000
const LAST_EPOCH = 0xffff

interface Options extends Wished, Spoken, Reach {
  site: string
  count: string
  offline?: true
  key?: string
  epoch: string
}

async function* minted(options: Options, wish: Wish, pixel: Pixel): AsyncGenerator<Minted> {
  const settings = readSettings(process.env)
  const count = wholeOf('--count', options.count, 1, MOST)
  if (options.key !== undefined && !options.offline) {
    throw new Usage('--key goes with --offline; the server has its own')
  }
  const epoch = wholeOf('--epoch', options.epoch, 0, LAST_EPOCH)
  if (options.offline) yield* offline({ ...options, epoch, origin: settings.url }, pixel, count)
  else yield* byServer(serverOf(settings, options), options.site, wish, count)
}

async function* byServer(server: Server, site: string, wish: Wish, count: number): AsyncGenerator<Minted> {
  const mint = <Answer>(body: unknown, has: string): Promise<Answer> => {
    const path = `/api/sites/${encodeURIComponent(site)}/pixels`
    return ask<Answer>(server, 'POST', path, body, { patience: PATIENCE_MS, has }).catch((error: unknown) => {
      throw retold(error)
    })
  }
  if (count === 1) return yield await mint<Minted>(wish, 'url')
  const { name: _, ...unlisted } = wish
  for (let left = count; left > 0; left -= AT_ONCE) {
    const body = { ...unlisted, count: Math.min(left, AT_ONCE) }
    yield* (await mint<{ pixels: Minted[] }>(body, 'pixels')).pixels
  }
}

const HELP = `${REACHES}
Offline it reads GRAUPEL_URL, the origin that the URLs begin with.

Examples
  a thank-you page     $ npx graupel mint --site shop --type order --slot dollars=0..500 --order
  a letter's readers   $ npx graupel mint --site shop --type mail.open --dimension letter=may --cap 1 --expires 90d --count 5000
  without the server   $ npx graupel mint --offline --site 3405643777 --key pixel.key --type mail.open`

export function addMint(program: Command): void {
  const verb = program
    .command('mint')
    .description('mint pixels: URLs that count what you seal into them')
    .requiredOption('--site <site>', 'number or name; offline its number')
    .option('--type <type>', 'a dotted name')
    .option('--dimension <name=value>', 'repeat it for more; JSON for a tree', collect)
    .option('--metric <name=number>', 'repeat it for more', collect)
    .option('--slot <name=least..most>', 'a metric that the URL may fill in; repeat it for more', collect)
    .option('--order', 'the URL may name an order, which counts once')
    .option('--expires <time>', '30d from now, or a date: to its end, by UTC')
    .option('--not-before <time>', 'the same; a date: from its beginning')
    .option('--once <period>', 'day: each visitor once a day')
    .option('--cap <number>', 'so many count in all')
    .option('--origin <host>', 'a page that may show it; repeat it for more', collect)
    .option('--allow-missing', 'with origins: also where the page is not told, as in mails')
    .option('--refuse-bots', 'do not count what calls itself a crawler')
    .option('--name <name>', "a label in the site's list")
    .option('--count <number>', 'so many pixels, a line each; they stand in no list', '1')
    .option('--offline', 'without a server, with the key in --key')
    .option('--key <file>', "a file with the site's keys.pixel; - reads it from stdin")
    .option('--epoch <number>', "the site's pixelEpoch, where master keys were rotated or pixels revoked", '0')
  speaks(reaches(verb), 'id, url, expires and noscript as JSON, a line each')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const wish = wishOf(options, Date.now())
      const pixel = pixelOf(wish)
      for await (const { id, url } of minted(options, wish, pixel)) {
        const whole = { id, url, expires: pixel.expires, noscript: noscriptOf(url, pixel) }
        say(options, whole, () => url)
      }
    })
}
