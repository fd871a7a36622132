/** What a view costs on the wire: plain sockets write down each byte that a real browser sends from a page and its script. */
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import nacl from 'tweetnacl'
import { configOf } from '../../sdk/wire/config'
import { epochOf } from '../../sdk/wire/envelope'
import { launch } from './beacon-site'

/** A typical one, as a blog has it. */
const PATH = '/blog/2026/how-hail-forms'
const REFERRER = 'https://www.google.com/'
const PATIENCE_MS = 10_000
/** So long after the view nothing more must have come for it. */
const QUIET_MS = 300

/** All requests of one page with the script, as they were sent, each with its empty line; those below `/p/` apart. */
export interface Heard {
  requests: string[]
  counted: string[]
}

/** Visits a page that carries the script, whose config is still to be filled in. */
export async function heardOf(script: string): Promise<Heard> {
  const key = { site: 0xcafe0001, epoch: epochOf(Date.now()), key: nacl.box.keyPair().publicKey }
  const config = JSON.stringify(configOf(key, { written: Date.now() }))
  const requests: string[] = []
  const counted = () => requests.filter((request) => / \/p\//.test(request))
  const server = await hear(
    script.replace('GRAUPEL_CONFIG', () => config),
    requests,
  )
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(`http://blog.example:${server.port}${PATH}`, { referer: REFERRER })
    for (const end = Date.now() + PATIENCE_MS; !counted().length && Date.now() < end; ) await pause(QUIET_MS / 10)
    await pause(QUIET_MS)
    return { requests, counted: counted() }
  } finally {
    await browser.close()
    server.close()
  }
}

async function hear(script: string, requests: string[]): Promise<{ port: number; close(): void }> {
  let port = 0
  const answer = (socket: Socket, request: string) => {
    const path = request.split(' ')[1]!
    requests.push(request)
    const page = `<!doctype html><script defer src="http://count.example:${port}/b/1.js"></script>`
    const [type, body] = path.startsWith('/b/') ? ['text/javascript', script] : ['text/html', page]
    if (path.startsWith('/p/')) socket.write('HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n\r\n')
    else socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body!.length}\r\n\r\n${body}`)
  }
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        answer(socket, text.slice(0, end + 4))
        text = text.slice(end + 4)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  return { port, close: () => void server.close() }
}

/** What the script itself chooses of a request: all but what this browser says of itself and its languages. */
export const ownOf = (request: string): string => request.replace(/^(user-agent|accept-language):.*\r\n/gim, '')

export const urlOf = (request: string): string => request.split(' ')[1]!
