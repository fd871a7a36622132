/**
 * Many who ask, in a process of its own, so that asking is not measured as answering: so many connections, each asking again
 * as soon as it is answered. Reads one case as JSON from standard input, prints how long answers took, in milliseconds.
 */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { quantile } from '../figure'

export interface Asks {
  origin: string
  connections: number
  seconds: number
  /** Asked in turn; whatever its connection. */
  paths: string[]
  headers: Record<string, string>
}

export interface Answered {
  perSecond: number
  p50: number
  p99: number
}

const HEAD_END = '\r\n\r\n'

/** Whether the whole answer to one request is there. Answers of no length have no body. */
function isWhole(heard: string): boolean {
  const head = heard.indexOf(HEAD_END)
  if (head < 0) return false
  const length = Number(/^content-length: (\d+)/im.exec(heard.slice(0, head))?.[1] ?? 0)
  return Buffer.byteLength(heard.slice(head + HEAD_END.length)) >= length
}

async function ask({ origin, connections, seconds, paths, headers }: Asks): Promise<Answered> {
  const { hostname, port, host } = new URL(origin)
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  const times: number[] = []
  const end = performance.now() + 1000 * seconds
  let next = 0
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname).setNoDelay()
      let began = 0
      let heard = ''
      const send = () => {
        heard = ''
        began = performance.now()
        socket.write(`GET ${paths[next++ % paths.length]} HTTP/1.1\r\n${lines.join('')}\r\n`)
      }
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('data', (bytes: Buffer) => {
        heard += bytes.toString('latin1')
        if (!isWhole(heard)) return
        if (!/^HTTP\/1\.1 20[04]/.test(heard)) return reject(new Error(heard))
        const now = performance.now()
        times.push(now - began)
        if (now < end) return send()
        socket.end()
        resolve()
      })
    })
  await Promise.all(Array.from({ length: connections }, one))
  return { perSecond: times.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

console.log(JSON.stringify(await ask(JSON.parse(await text(process.stdin)) as Asks)))
