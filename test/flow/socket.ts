/**
 * A WebSocket client small enough to read, since node 20 has none and no browser's lets a test set headers:
 * texts both ways, short enough for one frame.
 */
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { request as requestSecurely, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'

const TEXT = 0x81
const CLOSE = 0x88

export interface Socket {
  /** The protocol that the server chose. */
  protocol: string | undefined
  /** All texts so far. */
  heard: string[]
  /** Resolves when so many texts came; rejects when they did not within two seconds. */
  hears(count: number): Promise<string[]>
  say(text: string): void
  /** Resolves when the server has closed its side too. */
  close(): Promise<void>
  /** Goes away without a word. */
  cut(): void
}

/** The socket, or the status and body that came instead of one. */
export function openSocket(
  url: string,
  headers: Record<string, string> = {},
  options: RequestOptions = {},
): Promise<{ socket: Socket } | { status: number; body: string }> {
  const key = randomBytes(16).toString('base64')
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
  }
  return new Promise((resolve, reject) => {
    const ask = url.startsWith('https:') ? requestSecurely : request
    const asked = ask(url, { ...options, headers: { ...upgrade, ...headers } })
    asked.on('error', reject)
    asked.on('upgrade', ({ headers: { 'sec-websocket-protocol': protocol } }, stream, head) => {
      resolve({ socket: socketOn(stream, head, protocol) })
    })
    asked.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.end()
  })
}

function socketOn(stream: Duplex, head: Buffer, protocol: string | undefined): Socket {
  const heard: string[] = []
  let bytes = Buffer.alloc(0)
  let look = () => {}
  const read = (more: Buffer) => {
    bytes = Buffer.concat([bytes, more])
    for (let frame = frameIn(bytes); frame; frame = frameIn(bytes)) {
      bytes = bytes.subarray(frame.length)
      if (frame.code === TEXT) heard.push(frame.payload.toString())
    }
    look()
  }
  stream.on('data', read)
  stream.on('error', () => {})
  read(head)
  const ended = new Promise<void>((resolve) => stream.once('close', () => resolve()))
  onTestFinished(() => void stream.destroy())
  return {
    protocol,
    heard,
    hears: (count) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`heard ${heard.length} of ${count}: ${heard.join()}`)), 2_000)
        look = () => {
          if (heard.length < count) return
          clearTimeout(late)
          resolve(heard)
        }
        look()
      }),
    say: (text) => void stream.write(frame(TEXT, Buffer.from(text))),
    cut: () => void stream.destroy(),
    close: async () => {
      stream.end(frame(CLOSE, Buffer.of(3, 232)))
      await ended
    },
  }
}

/** The first whole frame: servers mask nothing. */
function frameIn(bytes: Buffer): { code: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 2) return undefined
  const isLong = bytes[1]! === 126
  const start = isLong ? 4 : 2
  if (bytes.length < start) return undefined
  const length = start + (isLong ? bytes.readUInt16BE(2) : bytes[1]!)
  return bytes.length < length ? undefined : { code: bytes[0]!, payload: bytes.subarray(start, length), length }
}

/** A client masks what it says. */
function frame(code: number, payload: Buffer): Buffer {
  if (payload.length > 125) throw new RangeError('longer than a short frame')
  const mask = randomBytes(4)
  return Buffer.concat([Buffer.of(code, 0x80 | payload.length), mask, payload.map((byte, i) => byte ^ mask[i % 4]!)])
}
