/**
 * `graupel count`: one event by its options, or a file of them, a line each. A file that broke off is sent again as a whole:
 * events with an id count once.
 */
import { createReadStream, fstatSync, openSync, type ReadStream } from 'node:fs'
import type { Command } from 'commander'
import { type Batch, batches } from './batches'
import { readKey, STDIN } from './key'
import { collect, dimensionOf, numberOf, retold, wholeOf, withoutField } from './option'
import { say, type Spoken, speaks } from './say'
import { ask, placeOf, REACHES, Refused, type Reach, reaches, type Server, serverOf } from './server'
import { readSettings } from './settings'
import { Stop, Usage } from './stop'

interface Event {
  type?: string
  dimension?: string[]
  metric?: string[]
  gauge?: string[]
  id?: string
  at?: string
  visitor?: string
  agent?: string
  address?: string
  page?: string
  referrer?: string
}

interface Options extends Event, Spoken, Reach {
  key?: string
  skip: string
}

interface Counts {
  accepted: number
  duplicates: number
  refused: number
  /** How many had no id. */
  notDeduplicated: number
}

/** A thousand events are counted in well under a second; past this something is wrong with the server. */
const PATIENCE_MS = 30_000
const MOST_LINES = 1_000_000_000

function eventOf(options: Event): Record<string, unknown> | undefined {
  const { type, dimension, metric, gauge, id, at, visitor, agent, address, page, referrer } = options
  const event = {
    ...(type !== undefined && { type }),
    ...(dimension && { dimensions: Object.assign({}, ...dimension.map(dimensionOf)) }),
    ...(metric && { metrics: Object.fromEntries(metric.map((each) => numberOf('--metric', each, 'dollars=5'))) }),
    ...(gauge && { gauges: Object.fromEntries(gauge.map((each) => numberOf('--gauge', each, 'stock=7'))) }),
    ...(at !== undefined && { at: /^-?\d+$/.test(at) ? Number(at) : at }),
    ...Object.fromEntries(
      Object.entries({ id, visitor, agent, address, page, referrer }).filter(([, text]) => text !== undefined),
    ),
  }
  return Object.keys(event).length ? event : undefined
}

/** With a write key of the site's own, nobody else's token is looked for. */
function reached(options: Options): Server {
  const settings = readSettings(process.env)
  if (options.key === undefined) return serverOf(settings, options)
  return { ...placeOf(settings, options.server), token: readKey(options.key), tokenFrom: '--key' }
}

async function count(site: string, file: string | undefined, options: Options): Promise<void> {
  const event = eventOf(options)
  if (event && file !== undefined) throw new Usage('a file has its events in it: leave the options of one out')
  if (!event && file === undefined) throw new Usage('say what to count: --type and others, or a file (- for stdin)')
  if (file === '-' && options.key === '-') throw new Usage('stdin can be the key or the events, and not both')
  const skip = wholeOf('--skip', options.skip, 0, MOST_LINES)
  const server = reached(options)
  const path = `/count?site=${encodeURIComponent(site)}`
  const post = (body: unknown): Promise<Counts> =>
    ask<Counts>(server, 'POST', path, body, { patience: PATIENCE_MS, has: 'accepted' })
  const counts = event ? await post(event).catch(mistaken) : await countFile(file!, skip, post)
  say(options, counts, () => told(counts))
}

/** The site is no option here. */
function mistaken(error: unknown): never {
  throw error instanceof Refused && error.field === 'site' ? error : retold(error)
}

const number = new Intl.NumberFormat('en')

function told({ accepted, duplicates, refused, notDeduplicated }: Counts): string[] {
  return [
    `counted ${number.format(accepted)}`,
    ...(duplicates ? [`${number.format(duplicates)} were counted before`] : []),
    ...(refused ? [`${number.format(refused)} were refused:  npx graupel status SITE  says why`] : []),
    ...(notDeduplicated ? [`${number.format(notDeduplicated)} without an id: what is sent again counts again`] : []),
  ]
}

async function countFile(file: string, skip: number, post: (body: string) => Promise<Counts>): Promise<Counts> {
  const source = opened(file)
  const sums: Counts = { accepted: 0, duplicates: 0, refused: 0, notDeduplicated: 0 }
  const progress = progressOn(process.stderr)
  let last = skip
  try {
    for await (const batch of batches(source.stream, skip)) {
      const counts = await post(batch.body).catch((error: unknown) => {
        throw inLines(error, batch)
      })
      for (const name of Object.keys(sums) as (keyof Counts)[]) sums[name] += counts[name] ?? 0 // its own keys
      last = batch.lines.at(-1)!
      progress.show(last, source.bytes && source.stream.bytesRead / source.bytes)
    }
  } catch (error) {
    throw error instanceof Stop ? new Stop(`${error.message}. ${standing(file, last, sums)}`) : error
  } finally {
    progress.end()
  }
  return sums
}

/** What a broken run leaves to be done. */
function standing(file: string, last: number, { notDeduplicated }: Counts): string {
  if (!last) return 'Nothing was sent before'
  const again = `Lines 1 to ${last} are counted; send ${file === '-' ? 'it' : file} again: what has an id counts once`
  return notDeduplicated ? `${again}, and --skip ${last} leaves out what has none` : again
}

/** `[3].metrics` is a member of the batch's fourth event. Of a batch whose answer was lost nobody knows; with ids it does not matter. */
function inLines(error: unknown, { lines }: Batch): unknown {
  if (!(error instanceof Stop)) return error
  if (!(error instanceof Refused))
    return new Stop(`${error.message}. Lines ${lines[0]} to ${lines.at(-1)} may have counted or not`)
  if (error.field === undefined) return error
  const [, index, field = ''] = /^\[(\d+)\]\.?(.*)$/.exec(error.field) ?? []
  if (index === undefined) return error
  const detail = withoutField(error.detail, error.field)
  return new Stop(`line ${lines[Number(index)]}${field && ` ${field}`}${detail}`)
}

/** How large it is, where that is known: of a pipe nobody knows. */
function opened(file: string): { stream: typeof process.stdin | ReadStream; bytes: number } {
  if (file === '-') return { stream: process.stdin, bytes: fstatSync(STDIN).size }
  try {
    const descriptor = openSync(file, 'r')
    if (fstatSync(descriptor).isDirectory()) throw new Stop(`${file} is a folder`)
    return { stream: createReadStream(file, { fd: descriptor }), bytes: fstatSync(descriptor).size }
  } catch (error) {
    if (error instanceof Stop) throw error
    throw new Stop(`${file} can't be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** One line that is written over, for whoever watches. */
function progressOn(stream: NodeJS.WriteStream) {
  const write = (text: string) => stream.isTTY && stream.write(`\r${text}\u001b[K`)
  return {
    show: (lines: number, share: number) =>
      write(`${number.format(lines)} lines${share ? `, ${Math.floor(100 * Math.min(1, share))} %` : ''}`),
    end: () => write(''),
  }
}

const HELP = `${REACHES}
A file holds an event a line, as /count takes them: {"type": "order", "metrics": {"dollars": 12.5}, "id": "4711"}

Examples
  $ npx graupel count shop --type order --dimension sales=shoes --metric dollars=12.5 --id order-4711
  $ npx graupel count shop events.ndjson
  $ npx graupel count shop - --key write.key --server https://stats.example.com < events.ndjson`

export function addCount(program: Command): void {
  const verb = program
    .command('count')
    .description('count an event, or a file of them')
    .argument('<site>', 'number or name')
    .argument('[file]', 'an event a line, as JSON; - reads stdin')
    .option('--type <type>', 'a dotted name')
    .option('--dimension <name=value>', 'repeat it for more; JSON for a tree', collect)
    .option('--metric <name=number>', 'to be added; repeat it for more', collect)
    .option('--gauge <name=number>', 'measured; repeat it for more', collect)
    .option('--id <id>', 'counts once in 72 hours')
    .option('--at <time>', 'unix milliseconds, or 2026-01-31T12:00Z; without it now')
    .option('--visitor <word>', 'your own for a person; kept as a hash')
    .option('--agent <text>', 'whose event it is: the browser')
    .option('--address <ip>', 'and where')
    .option('--page <url>', 'and on which page')
    .option('--referrer <url>', 'and what led there')
    .option('--skip <lines>', 'of the file, so many from its beginning', '0')
    .option('--key <file>', "a file with the site's keys.write, instead of the admin token; - reads it from stdin")
  speaks(reaches(verb), 'accepted, duplicates, refused and notDeduplicated as JSON')
    .addHelpText('after', HELP)
    .action(count)
}
