/** `graupel explain`: what an envelope holds, whether it would count and as what, or why it is refused and what to do. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { STDIN } from './key'
import { paint, plain, say, type Spoken, speaks } from './say'
import { ask, REACHES, type Reach, reaches, serverOf } from './server'
import { readSettings } from './settings'
import { Usage } from './stop'

/** As the API tells it. Times are unix milliseconds. */
export interface Explained {
  kind: string | null
  site?: number
  name?: string
  epoch?: { week: string | null; masterKey: number }
  seq?: number
  id?: string
  sealed?: Record<string, unknown>
  counts?: boolean
  counted?: boolean
  reads?: boolean
  events?: Counted[]
  refusal?: { reason: string; why: string; mend: string }
  notes: string[]
}

/** What the server sees of whoever asks it. */
export interface Seen {
  address: string | null
  from: 'socket' | 'header' | 'cloudflare' | null
  socket: string | null
  proxy: { header: string; isTrusted: boolean; isWithin: boolean } | null
  isLimited: boolean
  place: { country?: string }
  places: 'cloudflare' | 'file' | null
  headers: Record<string, string>
  asked: string
  origin: string
  now: number
}

/** What `POST /api/explain` answers. */
export interface Answer {
  client: Seen
  envelopes: Explained[]
}

interface Saying {
  says: string
  flags?: string[]
  [more: string]: unknown
}

interface Counted {
  at: number
  type: string
  dimensions: unknown
  metrics: Record<string, number>
}

interface Supposed {
  page?: string
  agent?: string
  address?: string
  header?: Record<string, string>
  at?: number
}

type Options = Spoken & Reach & Supposed

export const isGood = ({ counts, reads }: Explained): boolean => counts === true || reads === true

const HELP = `
TEXT is an envelope, the URL of a pixel or a share, or several, a line each; - reads them from stdin. Nothing is counted.
What of the request is not given is not judged. It ends with 0 if all of it would count, 1 if something is refused.
${REACHES}

Examples
  $ npx graupel explain https://stats.example.com/p/EQr7y….gif
  $ npx graupel explain EQr7y… --page https://shop.example/ --agent "$AGENT"`

export function addExplain(program: Command): void {
  const verb = program
    .command('explain')
    .description('tell what an envelope holds, and whether it would count')
    .argument('<text>', 'an envelope, or a URL that holds one; - reads stdin')
    .option('--page <url>', 'as if it came from this page')
    .option('--agent <text>', 'as if this browser sent it')
    .option('--address <ip>', 'as if it came from there')
    .option('--header <name:value>', 'as if the request said so; repeat it for more', headers)
    .option('--at <time>', 'as if it came then: unix milliseconds, or a date', moment)
  speaks(reaches(verb), 'the answer of POST /api/explain')
    .addHelpText('after', HELP)
    .action(async (text: string, options: Options) => {
      const { page, agent, address, header, at } = options
      const envelope = text === '-' ? readFileSync(STDIN, 'utf8') : text
      if (!envelope.trim()) throw new Usage('there is nothing to explain: give an envelope, or a URL that holds one')
      const body = { envelope, page, agent, address, headers: header, at }
      const server = serverOf(readSettings(process.env), options)
      const answer = await ask<Answer>(server, 'POST', '/api/explain', body, { has: 'envelopes' })
      say(options, answer, () => answer.envelopes.flatMap(told))
      if (!answer.envelopes.every(isGood)) process.exitCode = 1
    })
}

function headers(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new Usage(`--header must read name:value, not "${text}"`)
  return { ...before, [name]: value }
}

function moment(text: string): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isSafeInteger(at)) return at
  throw new Usage(`--at must be unix milliseconds or a date such as 2026-01-31T12:00:00Z, not "${text}"`)
}

/** One envelope, for people. */
function told(explained: Explained): string[] {
  const { refusal, notes, events = [] } = explained
  return [
    verdict(explained),
    ...(refusal ? row('why', refusal.why) : []),
    ...(refusal ? row('do', refusal.mend) : []),
    ...notes.flatMap((note) => row('note', note)),
    ...clear(explained),
    ...sealed(explained),
    ...events.flatMap(counted),
  ]
}

function verdict({ refusal, reads, counted: isCounted }: Explained): string {
  if (refusal) return paint('red', `refused: ${refusal.reason}`)
  if (reads) return paint('green', 'may be read with')
  return isCounted
    ? paint('green', 'counts, and is counted already: sent again it adds nothing')
    : paint('green', 'would count')
}

const LABEL = 10
const row = (label: string, text: string): string[] => [`  ${label.padEnd(LABEL)}${plain(text)}`]
const dateOf = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms))

function clear({ kind, site, name, epoch, seq, id }: Explained): string[] {
  if (kind === null) return []
  const key = epoch && `${epoch.week ? `week of ${epoch.week}` : 'static'}, master key ${epoch.masterKey}`
  return [
    ...row('kind', kind),
    ...row('site', name === undefined ? `${site}, not listed here` : `${site} ${name}`),
    ...(key ? row('key', key) : []),
    ...(id === undefined ? [] : row('id', id)),
    ...(seq === undefined ? [] : row('envelope', `number ${seq} of its page load`)),
  ]
}

const shown = (value: unknown): string => (typeof value === 'string' ? value || '–' : JSON.stringify(value))

/** A time reads better as a date: a beacon's is in milliseconds, what a minted one ends with in seconds. */
const TIMES: Record<string, number> = { at: 1, expires: 1000, notBefore: 1000 }

const isEmpty = (value: unknown): boolean => value === '' || JSON.stringify(value) === '{}'

function sealed({ sealed: held = {} }: Explained): string[] {
  return Object.entries(held).flatMap(([name, value]) => {
    if (name === 'sayings') return (value as Saying[]).flatMap((saying) => row('says', worded(saying))) // As the API has them.
    return isEmpty(value) ? [] : row('sealed', `${name} ${timed(name, value)}`)
  })
}

function timed(name: string, value: unknown): string {
  const unit = TIMES[name]
  if (unit === undefined || typeof value !== 'number') return shown(value)
  if (value) return dateOf(value * unit)
  return name === 'expires' ? 'never' : 'at any time'
}

/** What a page said, in one line: `view (begins a session), entryPath /`. */
function worded({ says, flags = [], ...rest }: Saying): string {
  const more = Object.entries(rest).filter(([, value]) => value && !isEmpty(value))
  const first = flags.length ? `${says} (${flags.join(', ')})` : says
  return [first, ...more.map(([name, value]) => `${name} ${shown(value)}`)].join(', ')
}

const counted = ({ at, type, dimensions, metrics }: Counted): string[] => [
  ...row('event', `${type} at ${dateOf(at)}, ${shown(metrics)}`),
  ...row('', shown(dimensions)),
]
