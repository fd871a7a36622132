/**
 * What a page's world gives the sender, in node: storage that may refuse, a network that answers as told, pictures.
 * The sender itself is loaded anew each time, as on a new page; storage stays, as between two pages.
 */
import nacl from 'tweetnacl'
import { vi } from 'vitest'
import { decode, encode } from '../../sdk/wire/base64url'
import { open, read } from '../../sdk/wire/envelope'

export const owner = nacl.box.keyPair()
export const URL_OF_PIXELS = 'https://count.example/p/'

/** What an answer is to be: a status with headers, or a network that is not there. */
export type Reply = { status: number; headers?: Record<string, string> } | 'unreachable'
export const OK: Reply = { status: 204 }

export interface Browser {
  /** Each request's body, in order. */
  posts: string[]
  pictures: string[]
  beacons: string[]
  /** The answers to come; the last one stays. */
  replies: Reply[]
  doPicturesLoad: boolean
  /** What `localStorage.graupel` holds. */
  stored(): unknown[]
}

export function browser({ storage = {} as Record<string, string>, isStorageRefused = false } = {}): Browser {
  const world: Browser = {
    posts: [],
    pictures: [],
    beacons: [],
    replies: [OK],
    doPicturesLoad: false,
    stored: () => JSON.parse(storage['graupel'] ?? '[]'),
  }
  const refusal = {
    get: () => {
      throw new DOMException('refused', 'SecurityError')
    },
    set: () => {
      throw new DOMException('refused', 'SecurityError')
    },
  }
  vi.stubGlobal('localStorage', isStorageRefused ? new Proxy({}, refusal) : storage)
  vi.stubGlobal('fetch', async (url: URL | string, { body }: { body?: string }) => {
    // What is sent, wherever it stands: a single envelope is the end of the URL, several are a body.
    world.posts.push(body ?? String(url).replace(/^.*\//, ''))
    const reply = world.replies.length > 1 ? world.replies.shift()! : world.replies[0]!
    if (reply === 'unreachable') throw new TypeError('Failed to fetch')
    return new Response(null, reply)
  })
  vi.stubGlobal('navigator', { sendBeacon: (_: unknown, body: string) => world.beacons.push(body) })
  vi.stubGlobal(
    'Image',
    class {
      onload = () => {}
      onerror = () => {}
      set src(url: string) {
        world.pictures.push(url)
        queueMicrotask(world.doPicturesLoad ? this.onload : this.onerror)
      }
    },
  )
  return world
}

/** A new page's sender. */
export async function load(): Promise<typeof import('../../sdk/send')> {
  vi.resetModules()
  const keyring = await import('../../sdk/keyring')
  keyring.introduce([7, 2964, encode(owner.publicKey), 0, '/p/', 3], 'https://count.example/b/7.js')
  const send = await import('../../sdk/send')
  send.aim(new URL(URL_OF_PIXELS))
  return send
}

/** What an envelope holds, opened by tweetnacl. */
export function opened(text: string): unknown[] {
  const envelope = read(text)
  if (envelope?.kind !== 'beacon') throw new Error(`no beacon: ${text}`)
  const shared = nacl.box.before(envelope.epk, owner.secretKey)
  return JSON.parse(open(envelope, shared) ?? 'null')
}

export const lengthOf = (text: string): number => decode(text)!.length
