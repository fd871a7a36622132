/**
 * What the operator can set, read once and all from the environment. No other variable is read.
 * It knows the outside only as text; whether a port is free or a folder writable is found out where it is used.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { basename, dirname, resolve } from 'node:path'
import { Stop } from './stop'

export interface Settings {
  host: string
  port: number
  /** Absolute path of the data folder. */
  data: string
  /** Whether that folder was named, and is not the default. */
  isDataNamed: boolean
  /** The public origin, without a slash at its end; empty: the one that was asked. */
  url: string
  proxy: string
  geo?: { folder: string; file: string }
  demo: boolean
  /** Given here, the files of the data folder are neither read nor made. */
  master?: string
  admin?: string
}

type Environment = Record<string, string | undefined>

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new Stop(`PORT is a number from 0 to 65535 (0 picks a free one), not "${text}"`)
}

function readUrl(text: string): string {
  if (!text) return ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash
  if (!isOrigin) throw new Stop(`GRAUPEL_URL is a public origin such as https://stats.example.com, not "${text}"`)
  return url.origin
}

/** What begins an .mmdb's description of itself, which stands in the last 128 KiB (MaxMind DB format 2.0). */
const MMDB_MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
const MMDB_TAIL = 128 * 1024

function isMmdb(file: string): boolean {
  if (!statSync(file).isFile()) return false
  const descriptor = openSync(file, 'r')
  const tail = Buffer.alloc(MMDB_TAIL)
  const read = readSync(descriptor, tail, 0, MMDB_TAIL, Math.max(0, statSync(file).size - MMDB_TAIL))
  closeSync(descriptor)
  return tail.subarray(0, read).includes(MMDB_MARK)
}

function readGeo(path: string): Settings['geo'] {
  if (!path) return undefined
  const file = resolve(path)
  if (!existsSync(file)) throw new Stop(`GRAUPEL_GEO names ${file}, and there is no such file`)
  if (!isMmdb(file)) throw new Stop(`GRAUPEL_GEO names ${file}, which is no .mmdb file`)
  return { folder: dirname(file), file: basename(file) }
}

function readDemo(text: string | undefined, host: string): boolean {
  if (!text) return isLoopback(host)
  if (text === '0' || text === '1') return text === '1'
  throw new Stop(`GRAUPEL_DEMO is 1 or 0, not "${text}"`)
}

/** Unset and empty are the same: containers like to set what they do not mean. */
export function readSettings(env: Environment): Settings {
  const host = (env.HOST || '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  return {
    host,
    port: readPort(env.PORT || '8787'),
    data: resolve(env.GRAUPEL_DATA || '.graupel'),
    isDataNamed: Boolean(env.GRAUPEL_DATA),
    url: readUrl(env.GRAUPEL_URL ?? ''),
    proxy: env.GRAUPEL_PROXY ?? '',
    geo: readGeo(env.GRAUPEL_GEO ?? ''),
    demo: readDemo(env.GRAUPEL_DEMO, host),
    master: env.GRAUPEL_MASTER || undefined,
    admin: env.GRAUPEL_ADMIN || undefined,
  }
}
