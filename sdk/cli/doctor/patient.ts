/** What the checks go by: the server, the site, and where browsers are sent. */
import { get } from '../get'
import { isLoopback } from '../settings'
import type { Server } from '../server'

/** As the API answers it. */
export interface Site {
  site: number
  name: string
  origins: readonly string[]
  prefixes: { script: string }
  snippet: string
}

export interface Patient {
  server: Server
  site: Site
  /** The origin that browsers are sent to, where that answers; else the one that the server was asked at. */
  at: string
}

/** Whether only this machine reaches it. */
export const isHere = (origin: string): boolean => isLoopback(new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1'))

export const isHttps = (origin: string): boolean => origin.startsWith('https:')

export const scriptOf = ({ site, prefixes }: Site, at: string): string => `${at}/${prefixes.script}/${site}.js`

/**
 * The key that a script's address gives, by which one deployment is told from another; undefined where it gives none. Who
 * is to be shown a token must give it himself: a redirect to whoever has it proves nothing.
 */
export async function keyAt(script: string, redirect: 'follow' | 'manual' = 'follow'): Promise<string | undefined> {
  try {
    const answer = await get(`${script}on`, { redirect })
    const config: unknown = await answer.json()
    return answer.ok && Array.isArray(config) && typeof config[2] === 'string' ? config.slice(0, 3).join() : undefined
  } catch {
    return undefined
  }
}
