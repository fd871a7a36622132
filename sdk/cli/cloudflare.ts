/**
 * What a deploy asks of Cloudflare, through wrangler: who is logged in, which secrets a Worker has (their names; nobody is
 * shown more), and to take a version with some. Everything that can be expected to go wrong is a Stop with a way out.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from './home'
import { Stop } from './stop'
import { type Answered, config, noClone, wrangler } from './wrangler'

export interface Account {
  id: string
  name: string
}

const LOGIN = `On this machine:  npx wrangler login
Elsewhere set CLOUDFLARE_API_TOKEN to a token made from the template "Edit Cloudflare Workers" (dash.cloudflare.com, My
Profile, API Tokens), and CLOUDFLARE_ACCOUNT_ID where that reaches several accounts.`

/** Cloudflare's numbers for a token that is none, is not valid (any more), or may not do this. */
const UNKNOWN_TOKEN = new Set([1000, 6003, 6111, 9106, 9109, 10000, 10001])

interface Whoami {
  loggedIn: boolean
  accounts?: Account[]
}

/** The account that is deployed to. */
export async function login(): Promise<Account> {
  const answer = await wrangler(['whoami', '--json'])
  const who = parsed<Whoami>(answer.said)
  if (who?.loggedIn === false) throw new Stop(`nobody is logged in at Cloudflare. ${LOGIN}`)
  if (!answer.isDone || !who) throw refused('Cloudflare did not say who is logged in', answer)
  return chosen(who.accounts ?? [])
}

function chosen(accounts: readonly Account[]): Account {
  const id = configured('account_id') ?? process.env.CLOUDFLARE_ACCOUNT_ID
  const list = accounts.map((each) => `\n  ${each.id}  ${each.name}`).join('')
  if (id) {
    const known = accounts.find((each) => each.id === id)
    // A narrow token may see no account by name, and yet deploy to it.
    if (!known && accounts.length) throw new Stop(`the login does not reach the account ${id}; it reaches${list}`)
    return known ?? { id, name: id }
  }
  const [only, another] = accounts
  if (!only) throw new Stop('the login shows no account: set CLOUDFLARE_ACCOUNT_ID to the one to deploy to')
  if (another) throw new Stop(`the login reaches several accounts; set CLOUDFLARE_ACCOUNT_ID to one of them:${list}`)
  return only
}

/** A member of wrangler.jsonc, which may hold comments and therefore is no JSON: the first line that begins with it. */
function configured(member: 'name' | 'account_id'): string | undefined {
  if (!existsSync(config)) throw noClone()
  return new RegExp(`^\\s*"${member}":\\s*"([^"]+)"`, 'm').exec(readFileSync(config, 'utf8'))?.[1]
}

/** The Worker's name, where none is given. */
export const ownName = (): string => configured('name') ?? 'graupel'

/** Of a place, which secrets are set; none where there is no such Worker yet. */
export async function secretsOf({ account, worker }: Place): Promise<ReadonlySet<string>> {
  const answer = await wrangler(['secret', 'list', '--format', 'json', '--name', worker], { env: of(account) })
  if (answer.isDone) {
    const list = parsed<{ name: string }[]>(answer.said)
    if (!list) throw new Stop(`wrangler did not say which secrets ${worker} has`)
    return new Set(list.map(({ name }) => name))
  }
  // In the pinned wrangler's words: it keeps Cloudflare's number for this one to itself.
  if (answer.problem.startsWith(`Worker "${worker}" not found`)) return new Set()
  throw refused(`Cloudflare did not say which secrets the Worker ${worker} has`, answer)
}

/** Where a deployment is: an account, and the Worker's name there. */
export interface Place {
  account: Account
  worker: string
}

export interface Version {
  worker: string
  /** Secrets that go along. Those that do not stay as they are. */
  secrets: Record<string, string>
  /** The public origin, where it is given. */
  url: string
  /** Further words for `wrangler deploy`. */
  words: readonly string[]
  /** Where wrangler's own words go. */
  show: number
}

/** Uploads the built bundle; answers where it can be reached. In Workers Builds the account is given by its surroundings. */
export async function upload(version: Version, account?: Account): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
  try {
    const file = join(folder, 'secrets.json')
    writeFileSync(file, JSON.stringify(version.secrets), { mode: 0o600 })
    const some = Object.keys(version.secrets).length ? ['--secrets-file', file] : []
    const answer = await wrangler([...wordsOf(version), ...some], {
      ...(account && { env: of(account) }),
      show: version.show,
    })
    // Where somebody answered no to wrangler's questions it ends well, having done nothing.
    if (!answer.isDone || !answer.targets.length)
      throw new Stop('wrangler did not deploy; what it said stands above. The next try goes on with the same keys')
    return answer.targets
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The same without a change anywhere, a login or a network. */
export async function rehearse(version: Omit<Version, 'secrets'>): Promise<void> {
  const { isDone } = await wrangler([...wordsOf(version), '--dry-run'], { show: version.show })
  if (!isDone) throw new Stop('wrangler would not deploy; what it said stands above')
}

function wordsOf({ worker, url, words }: Omit<Version, 'secrets'>): string[] {
  const built = ['deploy', join(bundle, 'index.js'), '--no-bundle']
  const named = worker === ownName() ? [] : ['--name', worker]
  return [...built, ...named, ...(url ? ['--var', `GRAUPEL_URL:${url}`] : []), ...words]
}

const of = ({ id }: Account) => ({ CLOUDFLARE_ACCOUNT_ID: id })

function refused(what: string, { problem, code }: Answered): Stop {
  const [first = ''] = problem.split('\n')
  const hint =
    code !== undefined && UNKNOWN_TOKEN.has(code) ? `\nIs the token known there, and may it do this? ${LOGIN}` : ''
  return new Stop(`${what}: ${first}${code === undefined ? '' : ` [code ${code}]`}${hint}`)
}

function parsed<Shape>(text: string): Shape | undefined {
  try {
    return JSON.parse(text) as Shape // wrangler's own, pinned
  } catch {
    return undefined
  }
}

/** The first place that a browser can be sent to: a host, with wrangler's remarks and a route's star taken away. */
export function originIn(targets: readonly string[]): string | undefined {
  const hosts = targets.map((target) => /^(?:https?:\/\/)?([\w.-]+\.\w+)(?:\/\*)?(?: \(|$)/.exec(target)?.[1])
  const host = hosts.findLast(Boolean)
  return host && `https://${host}`
}
