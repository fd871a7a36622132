/**
 * What comes after an upload: the Worker answers, knows its admin, has a site under the keys of this copy, and counts a
 * sealed event. A new address takes a while to be known everywhere, and for seconds the version of before may answer, so
 * each step is tried again; but what nothing was sent to change is final at once.
 */
import { createHmac } from 'node:crypto'
import { decode } from '../wire/base64url'
import { kidOf } from '../wire/envelope'
import { loginLink } from './login'
import type { Patience } from './patience'
import { probe } from './probe'
import { ask, Refused, type Server } from './server'
import { Stop } from './stop'

export interface Deployed {
  server: Server
  /** The master keys of this copy, and where they came from. */
  master: string
  masterFrom: string
  /** The site to show, where one is named. */
  site: string | undefined
  /** Whether secrets went along, so that the version of before may know others. */
  isChanged: boolean
  /** Whether to log somebody in: whoever reads the link first is the admin. */
  wantsLogin: boolean
}

export interface Site {
  site: number
  name: string
  pixelEpoch: number
  keys: { pixel: string }
  snippet: string
}

export interface Arrived {
  login: string | undefined
  site: Site
  /** Whether the site was made now. */
  made: boolean
  /** From sending a sealed event to its acknowledgement, milliseconds. */
  ms: number
}

/** Told of each thing as soon as it is known. */
export interface Heard {
  /** From here on it is sure that the Worker and this copy belong together. */
  site: (site: Site, made: boolean) => void
  login: (link: string | undefined) => void
  counted: (ms: number) => void
}

export async function arrive(deployed: Deployed, patience: Patience, heard: Heard): Promise<Arrived> {
  const { server, isChanged } = deployed
  const unlessFinal = <Result>(attempt: () => Promise<Result>) => (isChanged ? patience.with(attempt) : attempt())
  await patience.with(() => healthy(server.origin))
  const { number, made } = await unlessFinal(() => siteOf(server, deployed.site).catch(withWayOut))
  const site = await unlessFinal(() => siteUnderKeys(deployed, number))
  heard.site(site, made)
  const login = deployed.wantsLogin ? await patience.with(() => loginLink(server)) : undefined
  heard.login(login)
  const ms = await patience.with(() => countOnce(server, number))
  heard.counted(ms)
  return { login, site, made, ms }
}

/** That it answers, has its keys and can read its settings. */
export async function healthy(origin: string): Promise<void> {
  await ask({ origin, shown: origin, token: '' }, 'GET', '/healthz', undefined, { has: 'ok' })
}

const WAY_OUT =
  'If the Worker is to go over to the secrets here:  graupel deploy --secrets  (what other keys sealed is void then)'

/** Of who is not known there, what else may be meant. */
function withWayOut(error: unknown): never {
  throw error instanceof Refused && error.status === 401 ? new Stop(`${error.message}\n${WAY_OUT}`) : error
}

interface Listed {
  site: number
  name: string
}

/** The site of that name; without a name the first, whatever it is called. Made where there is none. */
async function siteOf(server: Server, name?: string): Promise<{ number: number; made: boolean }> {
  const { sites } = await ask<{ sites: Listed[] }>(server, 'GET', '/api/sites', undefined, { has: 'sites' })
  const known = name === undefined ? sites[0] : sites.find((each) => each.name === name)
  if (known) return { number: known.site, made: false }
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const { site } = await ask<Site>(server, 'POST', '/api/sites', { name: name ?? 'site', timezone: timeZone })
  return { number: site, made: true }
}

async function siteUnderKeys({ server, master, masterFrom }: Deployed, number: number): Promise<Site> {
  const site = await ask<Site>(server, 'GET', `/api/sites/${number}`)
  if (isUnder(master, site)) return site
  throw new Stop(`the Worker seals with other keys than the newest in ${masterFrom}: is that its copy?\n${WAY_OUT}`)
}

/** Whether the Worker derives its keys from the newest of these: by one that the admin alone is shown. */
function isUnder(master: string, { site, pixelEpoch, keys }: Site): boolean {
  const [kid, secret = ''] = master.split('\n').at(-1)!.split(':')
  const bytes = decode(secret)
  if (!bytes || Number(kid) !== kidOf(pixelEpoch)) return false
  return createHmac('sha256', bytes).update(`graupel1/pixel/${site}/${pixelEpoch}`).digest('base64url') === keys.pixel
}

async function countOnce(server: Server, site: number): Promise<number> {
  const { counted, ms } = await probe(server, site)
  if (counted !== 1) throw new Stop(`a sealed event that was sent twice counted ${counted} times, and not once`)
  return ms
}
