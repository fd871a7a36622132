/**
 * The server that a verb speaks with: the one on this machine, found by its settings and its data folder, or by --server
 * another. Whatever may be expected to go wrong on the way is a Stop in the operator's words. A token is never said,
 * only where it came from.
 */
import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { originIn } from '../wire/forward'
import { originOf } from './origin'
import { isLoopback, type Settings } from './settings'
import { Stop, Usage } from './stop'

export interface Server {
  /** Where it is asked. */
  origin: string
  /** By what others know it. */
  shown: string
  token: string
  /** Where the token came from. */
  tokenFrom?: string
}

export interface Reach {
  server?: string
}

/** Gives a verb its `--server`. */
export const reaches = (command: Command): Command =>
  command.option('--server <url>', 'another server than the one on this machine; its admin token in GRAUPEL_ADMIN')

/** What the help of a verb that asks a server says of how it is found. */
export const REACHES = `
Without --server: the server on this machine, by PORT and HOST, with GRAUPEL_ADMIN or the admin token in
GRAUPEL_DATA, as \`start\` reads them.`

export function serverOf(settings: Settings, { server }: Reach = {}): Server {
  const place = placeOf(settings, server)
  const { admin, data } = settings
  if (admin) return { ...place, token: admin, tokenFrom: 'GRAUPEL_ADMIN' }
  if (server !== undefined && !isOurs(place.origin, settings))
    throw new Stop(`whose token is meant? ${giveThat(place)}`)
  const file = join(data, 'admin-token')
  try {
    return { ...place, token: readFileSync(file, 'utf8').trim(), tokenFrom: file }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw new Stop(`${file} can't be read (${code})`)
    throw new Stop(
      server === undefined
        ? `there is no admin token in ${data}: is this the folder that the server was started with?`
        : `there is no admin token in ${data}. ${giveThat(place)}`,
    )
  }
}

const giveThat = ({ origin }: Pick<Server, 'origin'>) =>
  `Give that of ${origin} in GRAUPEL_ADMIN, or in GRAUPEL_DATA the folder that it serves`

/** Whether the data folder's token is for it: the folder was named for this, or it is this machine's own server by another address. */
const isOurs = (origin: string, { isDataNamed, url }: Settings): boolean =>
  isDataNamed || origin === url || isLoopback(hostOf(origin))

/** Where it is, without the right to anything. */
export function placeOf({ host, port, url }: Settings, server?: string): Pick<Server, 'origin' | 'shown'> {
  if (server === undefined) {
    if (port === 0) throw new Stop('PORT=0 names no server: give the port that it said when it was started')
    const origin = originOf(host, port)
    if (!isMine(origin)) throw new Stop(`HOST=${host} is no address of this machine: --server names another`)
    return { origin, shown: url || origin }
  }
  const origin = originIn(server, { what: '--server', secret: 'a token' })
  if (typeof origin !== 'string') throw new Usage(origin.problem)
  return { origin, shown: origin }
}

/** Nobody listens on another's address, and in clear a token goes to none; what some shells set HOST to is this machine's name. */
function isMine(origin: string): boolean {
  if (typeof originIn(origin, { what: 'HOST', secret: 'a token' }) === 'string') return true
  const own = Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address))
  return URL.canParse(origin) && [hostname().toLowerCase(), ...own].includes(hostOf(origin))
}

/** As an address is written where no port is behind it. */
const hostOf = (origin: string): string => new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1')

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Asking {
  /** Milliseconds. */
  patience?: number
  /** A member that the answer must have: without it somebody else answered. */
  has?: string
}

/** An answer is made in milliseconds; past this something is wrong with the server or with the way to it. */
const PATIENCE_MS = 5000

/** What the server itself says no to, by its problem+json. */
export class Refused extends Stop {
  readonly status: number
  /** The server's own words, and the parameter or member at fault. */
  readonly detail: string
  readonly field: string | undefined

  constructor({ status, detail, field }: Pick<Refused, 'status' | 'detail' | 'field'>, message = detail) {
    super(message)
    this.status = status
    this.detail = detail
    this.field = field
  }
}

/** The server's JSON, of the shape that the caller names; text is sent as it is. Nothing, where the answer is empty. */
export async function ask<Answer>(
  server: Server,
  method: Method,
  path: string,
  body?: unknown,
  { patience = PATIENCE_MS, has }: Asking = {},
): Promise<Answer> {
  try {
    const answer = await send(server, path, {
      method,
      signal: AbortSignal.timeout(patience),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return read(server, await answer.text(), has) as Answer // our own API's shape, named by the caller
  } catch (error) {
    throw error instanceof Stop ? error : unanswered(server, error as Error, patience)
  }
}

/** The lines of JSON that it answers with, in chunks as they come: of more than memory holds. `patience` is for each chunk. */
export async function* pour(server: Server, path: string, patience = PATIENCE_MS): AsyncGenerator<Uint8Array> {
  const waiting = new AbortController()
  const clock = setTimeout(() => waiting.abort(new DOMException('', 'TimeoutError')), patience)
  let hasBegun = false
  try {
    const answer = await send(server, path, { signal: waiting.signal })
    if (!answer.headers.get('content-type')?.startsWith('application/x-ndjson')) throw noGraupel(server)
    for await (const chunk of answer.body ?? []) {
      hasBegun = true
      clock.refresh()
      yield chunk
    }
  } catch (error) {
    if (error instanceof Stop) throw error
    const { message } = unanswered(server, error as Error, patience)
    throw new Stop(hasBegun ? `the answer broke off: ${message}` : message)
  } finally {
    clearTimeout(clock)
    waiting.abort()
  }
}

/** An answer that is no refusal. */
async function send(server: Server, path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(server.origin + path, {
    ...init,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    // Followed, a POST may become a GET, and the token stays behind.
    redirect: 'manual',
  })
  if (answer.ok) return answer
  throw refused(server, answer, await answer.text())
}

function read(server: Server, text: string, has: string | undefined): unknown {
  if (!text && has === undefined) return undefined
  const answer = parsed(text)
  if (!answer || (has !== undefined && !Object.hasOwn(answer, has))) throw noGraupel(server)
  return answer
}

/** An object, which all answers of a Graupel are. */
function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    // An object's members are unknown until they are looked at.
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const noGraupel = ({ origin }: Server, how = '') =>
  new Stop(`${origin} answers${how}, but not as a Graupel does: is the address right?`)

/** Said by a proxy in front of what is not there. */
const BEHIND = new Set([502, 503, 504])

function refused(server: Server, { status, headers }: Response, text: string): Stop {
  const { origin, tokenFrom = 'that was given' } = server
  const to = headers.get('location')
  const next = to !== null && URL.canParse(to, origin) ? new URL(to, origin).origin : origin
  if (next !== origin) return new Stop(`${origin} points on to ${next}: if that is the server, give --server ${next}`)
  const { detail, field } = parsed(text) ?? {}
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json')
  if (!isProblem || typeof detail !== 'string') {
    if (BEHIND.has(status)) return new Stop(`no answer from behind ${origin} (${status}): is the server started?`)
    return noGraupel(server, ` with ${status}`)
  }
  const problem = { status, detail, field: typeof field === 'string' ? field : undefined }
  if (status === 401)
    return new Refused(problem, `${origin} does not know the token from ${tokenFrom}: is it that server's?`)
  if (status === 403) return new Refused(problem, `${origin} refuses the token from ${tokenFrom}: ${detail}`)
  return new Refused(problem)
}

function unanswered({ origin }: Server, error: Error, patience: number): Stop {
  if (error.name === 'TimeoutError') return new Stop(`no answer from ${origin} within ${patience / 1000} s`)
  const cause = error.cause as NodeJS.ErrnoException | undefined // undici's word for what a socket or a parser said
  if (cause?.name === 'HTTPParserError') return new Stop(`${origin} answers, but not in HTTP: is the address right?`)
  const why = cause?.code ?? cause?.message ?? error.message
  const isHere = isLoopback(hostOf(origin))
  const hint = isHere ? 'is it started? npx graupel start' : 'is it up, and is the address right?'
  return new Stop(`no answer from ${origin} (${why}): ${hint}`)
}
