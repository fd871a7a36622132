/** What a view costs on the wire: a plain socket writes down each byte that a real browser sends. */
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import nacl from 'tweetnacl'
import { expect, inject, onTestFinished, test } from 'vitest'
import { configOf } from '../../sdk/wire/config'
import { epochOf } from '../../sdk/wire/envelope'
import { launch } from './beacon-site'

/** A typical one, as a blog has it. */
const PATH = '/blog/2026/how-hail-forms'
const REFERRER = 'https://www.google.com/'
const URL_BUDGET = 260
/** What the script itself chooses: all of the request but what this browser says of itself and its languages. */
const OWN_BUDGET = 420

interface Heard {
  port: number
  requests: string[]
}

async function hear(script: string): Promise<Heard> {
  const heard: Heard = { port: 0, requests: [] }
  const answer = (socket: Socket, request: string) => {
    const path = request.split(' ')[1]!
    heard.requests.push(request)
    const page = `<!doctype html><script defer src="http://count.example:${heard.port}/b/1.js"></script>`
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
  onTestFinished(() => void server.close())
  heard.port = (server.address() as AddressInfo).port
  return heard
}

test('a view is one GET without preflight, and hardly more than a browser says by itself', async () => {
  const key = { site: 0xcafe0001, epoch: epochOf(Date.now()), key: nacl.box.keyPair().publicKey }
  const config = JSON.stringify(configOf(key, { written: Date.now() }))
  const script = readFileSync(join(inject('built'), 'beacon.txt'), 'utf8').replace('GRAUPEL_CONFIG', () => config)
  const heard = await hear(script)
  const browser = await launch()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  await page.goto(`http://blog.example:${heard.port}${PATH}`, { referer: REFERRER })
  const views = () => heard.requests.filter((request) => / \/p\//.test(request))
  await expect.poll(() => views().length).toBe(1)
  await page.waitForTimeout(300)
  expect(views()).toHaveLength(1)
  const [view] = views() as [string]
  expect(view).toMatch(/^GET \/p\/[\w-]+ HTTP\/1\.1\r\n/)
  expect(view.split(' ')[1]!.length).toBeLessThanOrEqual(URL_BUDGET)
  const names = view
    .split('\r\n')
    .slice(1, -2)
    .map((line) => line.split(':')[0]!.toLowerCase())
  expect(names.toSorted()).toEqual(
    ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'origin', 'user-agent'].filter((name) =>
      names.includes(name),
    ),
  )
  const own = view.replace(/^(user-agent|accept-language):.*\r\n/gim, '')
  console.log(
    `a view is ${view.length} bytes, of which the browser’s name and languages are ${view.length - own.length}`,
  )
  expect(own.length).toBeLessThanOrEqual(OWN_BUDGET)
})
