/**
 * A proxy as operators put one before a server, set up well or badly: what it writes into requests, what it makes of answers,
 * and what it answers by itself. It changes nothing that it is not told to.
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as ask, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

type Headers = IncomingHttpHeaders

export interface Setup {
  /** What goes on in place of the headers that came; `from` is the client's address. */
  request?: (headers: Headers, from: string) => Headers
  /** What goes back in place of the headers that were answered. */
  answer?: (headers: Headers) => Headers
  /** What it answers itself, as a status, and nothing goes on. */
  own?: (path: string) => number | undefined
  /** The address on this machine from which it connects. */
  address?: string
}

export class Way {
  private readonly server: Server
  private readonly origin: string
  private readonly setup: Setup

  constructor(origin: string, setup: Setup) {
    this.origin = origin
    this.setup = setup
    this.server = createServer((request, response) => {
      const { own } = this.setup
      const status = own?.(request.url ?? '')
      if (status !== undefined) return void response.writeHead(status).end()
      this.pass(request).then(
        ({ status: answered, headers, body }) => response.writeHead(answered, headers).end(body),
        () => response.writeHead(502).end(),
      )
    })
  }

  async open(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}` // It listens on a port, not on a pipe.
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
  }

  private async pass(request: IncomingMessage): Promise<{ status: number; headers: Headers; body: Buffer }> {
    const { setup, origin } = this
    const headers = setup.request?.(request.headers, request.socket.remoteAddress ?? '') ?? request.headers
    const { method = 'GET', url = '/' } = request
    const sent = await buffer(request)
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, headers, ...(setup.address && { localAddress: setup.address }) }
      ask(origin + url, options, resolve)
        .on('error', reject)
        .end(sent)
    })
    const { 'transfer-encoding': _, ...answered } = answer.headers
    return { status: answer.statusCode ?? 0, headers: setup.answer?.(answered) ?? answered, body: await buffer(answer) }
  }
}
