/**
 * Who asks: the admin by token or session cookie, a site's write or read key, or the bearer of a share.
 * Tokens are compared in constant time; a cookie counts for changes only where the browser says that
 * the page asking is our own.
 */
import type { Context } from 'hono'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'
import type { Env } from '../env'
import { isToken, readToken } from '../ingest/keys'
import type { Site } from '../ingest/settings'
import { adminToken, type Deployment, deploymentOf } from './deployment'
import { Problem } from './problem'
import { openShare, type Shared } from './share'

export type Access = { level: 'admin' } | { level: 'write' | 'read'; site: number } | Shared

export type App = { Bindings: Env }

const COOKIE = 'graupel'
const SESSION_S = 30 * 24 * 3600
const SESSION_VERSION = 1

export const originOf = (c: Context<App>): string => (c.env.GRAUPEL_URL || new URL(c.req.url).origin).replace(/\/$/, '')

/** What may be asked for, each more than the one before it; a share shows graphs and nothing else. */
export type Least = 'share' | 'read' | 'key' | 'write' | 'admin'

/** Who asks, or a 401. Whoever `changes` something must do so by a page of ours or by a token, also where a GET does it. */
export async function accessOf(c: Context<App>, now: number, changes = !isRead(c)): Promise<Access> {
  const access = (await byBearer(c, now)) ?? (await byShare(c, now)) ?? (await byCookie(c, now, changes))
  if (!access) throw new Problem(401, 'give a token as "Authorization: Bearer …", or a share as ?share=…')
  return access
}

/** Who asks, if the like of him may do so much; of which site is not known yet. */
export async function bearerFor(c: Context<App>, least: Least, now: number): Promise<Access> {
  const access = await accessOf(c, now, least === 'write' || !isRead(c))
  if (ALLOWED[least].includes(access.level)) return access
  throw new Problem(
    403,
    access.level === 'share' ? 'a share shows graphs and nothing else' : `this needs ${NEEDED[least]}`,
  )
}

/** The site asked for, if who asks may do so much there. */
export async function siteFor(
  c: Context<App>,
  text: string | undefined,
  least: Least,
  now: number,
): Promise<{ site: Site; access: Access }> {
  const access = await bearerFor(c, least, now)
  const own = access.level === 'admin' ? undefined : access.site
  if (text === undefined && own === undefined)
    throw new Problem(400, 'site is missing: give its number or name', 'site')
  const { directory } = await deploymentOf(c.env)
  const isNumber = text === undefined || /^\d+$/.test(text)
  const site = isNumber
    ? await directory.site(c.env, text === undefined ? own! : Number(text), now)
    : await directory.named(c.env, text, now)
  // Whoever holds the key of one site learns nothing of others, not even whether they are there.
  if (own !== undefined && site?.site !== own) throw new Problem(403, 'this key is for another site', 'site')
  if (!site) throw new Problem(404, `there is no site ${isNumber ? text : `"${text}"`}`, 'site')
  return { site, access }
}

const NEEDED: Record<Least, string> = {
  share: "the site's read key",
  read: "the site's read key",
  key: 'a key of the site',
  write: "the site's write key",
  admin: 'the admin token',
}

/** Whether the bearer may, with no regard to a site. Who counts need not read, so a write key does not. */
const ALLOWED: Record<Least, readonly Access['level'][]> = {
  share: ['share', 'read', 'admin'],
  read: ['read', 'admin'],
  key: ['read', 'write', 'admin'],
  write: ['write', 'admin'],
  admin: ['admin'],
}

/** A socket is no plain read: browsers open one to anywhere from any page, and no CORS holds them back. */
const isRead = (c: Context<App>): boolean =>
  (c.req.method === 'GET' || c.req.method === 'HEAD') && c.req.header('upgrade') === undefined

export async function isLoggedIn(c: Context<App>, now: number): Promise<boolean> {
  const value = await getSignedCookie(c, await sessionSecret(c), COOKIE)
  return typeof value === 'string' && Number(value) > now
}

export async function logIn(c: Context<App>, now: number): Promise<void> {
  await setSignedCookie(c, COOKIE, String(now + SESSION_S * 1000), await sessionSecret(c), {
    httpOnly: true,
    sameSite: 'Lax',
    secure: originOf(c).startsWith('https:'),
    path: '/',
    maxAge: SESSION_S,
  })
}

/** In this browser; a copy of its cookie is good until it is too old. */
export const logOut = (c: Context<App>): void => void deleteCookie(c, COOKIE, { path: '/' })

async function sessionSecret(c: Context<App>): Promise<string> {
  const { keys } = await deploymentOf(c.env)
  // With the admin token go the sessions that it began.
  return `${await keys.token('session', 0, SESSION_VERSION)} ${c.env.GRAUPEL_ADMIN ?? ''}`
}

async function byBearer(c: Context<App>, now: number): Promise<Access | undefined> {
  const header = c.req.header('authorization') ?? byApiKey(c) ?? offered(c)
  if (header === undefined) return undefined
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? ''
  const deployment = await deploymentOf(c.env)
  const access = isAdmin(c, token) ? ({ level: 'admin' } as const) : await byKey(c, deployment, token, now)
  if (!access) throw new Problem(401, 'this token is not known here')
  return access
}

/** Gimel's and Lamed's way to give a key. */
function byApiKey(c: Context<App>): string | undefined {
  const key = c.req.header('x-api-key')
  return key && `Bearer ${key}`
}

/** A browser's socket can set no header but its list of protocols: `graupel, <token>`. */
function offered(c: Context<App>): string | undefined {
  const token = /^\s*graupel\s*,\s*([\w-]+)\s*$/.exec(c.req.header('sec-websocket-protocol') ?? '')?.[1]
  return token && `Bearer ${token}`
}

function isAdmin(c: Context<App>, token: string): boolean {
  const admin = adminToken(c.env)
  return admin !== undefined && isToken(token, admin)
}

/** A site's key names its site, so that it is checked without a call. */
async function byKey(c: Context<App>, deployment: Deployment, token: string, now: number): Promise<Access | undefined> {
  const claim = readToken(token)
  if (!claim || claim.word === 'session') return undefined
  const level = claim.word
  const site = await deployment.directory.site(c.env, claim.site, now)
  if (!site) return undefined
  const known = await deployment.keys.recognizes(token, level, site.site, site.versions[level])
  return known ? { level, site: site.site } : undefined
}

async function byShare(c: Context<App>, now: number): Promise<Access | undefined> {
  const text = c.req.query('share')
  return text === undefined ? undefined : openShare(c, { text, own: originOf(c), now })
}

async function byCookie(c: Context<App>, now: number, changes: boolean): Promise<Access | undefined> {
  if (!(await isLoggedIn(c, now))) return undefined
  if (changes && !isOurPage(c)) {
    throw new Problem(403, 'a change by cookie must come from a page of this origin')
  }
  return { level: 'admin' }
}

/** Whether the browser says that a page of ours asks: by Origin where it sends one, else by Fetch Metadata. */
function isOurPage(c: Context<App>): boolean {
  const origin = c.req.header('origin')
  if (origin === undefined) return c.req.header('sec-fetch-site') === 'same-origin'
  return origin === originOf(c) || origin === new URL(c.req.url).origin
}
