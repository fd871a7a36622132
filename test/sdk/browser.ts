/**
 * What a page's world gives the sender, in node: storage that may refuse, a network that answers as told, pictures.
 * The sender itself is loaded anew each time, as on a new page; storage stays, as between two pages.
 */
import nacl from 'tweetnacl'
import { vi } from 'vitest'
import type { Options } from '../../sdk/tag'
import { configOf } from '../../sdk/wire/config'
import { epochOf, open, read } from '../../sdk/wire/envelope'

export const owner = nacl.box.keyPair()
export const URL_OF_PIXELS = 'https://count.example/p/'
const SCRIPT = 'https://count.example/b/7.js'
/** When the server wrote the script. */
export const WRITTEN = Date.UTC(2026, 9, 21, 12)

/** What an answer is to be: a status with headers, or a network that is not there. */
export type Reply = { status: number; headers?: Record<string, string> } | 'unreachable'
export const OK: Reply = { status: 204 }

export interface Browser {
  /** Each request's envelopes, in order, and whom it was sent to. */
  posts: string[]
  hosts: string[]
  pictures: string[]
  beacons: string[]
  /** The answers to come; the last one stays. */
  replies: Reply[]
  doPicturesLoad: boolean
  /** The answers of another host. */
  others: Reply[]
  /** What `localStorage.graupel` holds. */
  stored(): unknown[]
  /** What waits in localStorage, oldest first. */
  queue(): string[]
}

interface Ways {
  storage?: Record<string, string>
  isStorageRefused?: boolean
  isStorageFull?: boolean
}

export function browser({ storage = {}, isStorageRefused = false, isStorageFull = false }: Ways = {}): Browser {
  const world: Browser = {
    posts: [],
    hosts: [],
    others: [OK],
    pictures: [],
    beacons: [],
    replies: [OK],
    doPicturesLoad: false,
    stored: () => JSON.parse(storage['graupel'] ?? '[]'),
    queue: () =>
      Object.keys(storage)
        .filter((name) => name.startsWith('graupel '))
        .sort()
        .map((name) => storage[name]!),
  }
  const refusal = {
    get: () => {
      throw new DOMException('refused', 'SecurityError')
    },
    set: () => {
      throw new DOMException('refused', 'SecurityError')
    },
  }
  const full: ProxyHandler<typeof storage> = {
    set: () => {
      throw new DOMException('full', 'QuotaExceededError')
    },
  }
  vi.stubGlobal(
    'localStorage',
    isStorageRefused ? new Proxy({}, refusal) : isStorageFull ? new Proxy(storage, full) : storage,
  )
  vi.stubGlobal('fetch', async (url: URL | string, { body }: { body?: string }) => {
    // What is sent, wherever it stands: a single envelope is the end of the URL, several are a body.
    world.posts.push(body ?? String(url).replace(/^.*\//, ''))
    const { host } = new URL(url)
    world.hosts.push(host)
    const replies = host === new URL(URL_OF_PIXELS).host ? world.replies : world.others
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!
    if (reply === 'unreachable') throw new TypeError('Failed to fetch')
    return new Response(null, reply)
  })
  vi.stubGlobal('navigator', { sendBeacon: (_: unknown, body: string) => world.beacons.push(body) })
  vi.stubGlobal(
    'Image',
    class {
      src = ''
      async decode(): Promise<void> {
        world.pictures.push(this.src)
        if (!world.doPicturesLoad) throw new DOMException('no picture', 'EncodingError')
      }
    },
  )
  return world
}

/** A new page's sender. */
export async function load(options: Options = {}, written = WRITTEN): Promise<typeof import('../../sdk/send')> {
  vi.resetModules()
  const { tell } = await import('../../sdk/tag')
  const key = { site: 7, epoch: epochOf(written), key: owner.publicKey }
  tell(configOf(key, { written }), options, SCRIPT)
  await (await import('../../sdk/state')).open()
  return import('../../sdk/send')
}

/** What an envelope holds, opened by tweetnacl. */
export function opened(text: string): unknown[] {
  const envelope = read(text)
  if (envelope?.kind !== 'beacon') throw new Error(`no beacon: ${text}`)
  const shared = nacl.box.before(envelope.epk, owner.secretKey)
  return JSON.parse(open(envelope, shared) ?? 'null')
}
