/**
 * The edge that a deploy ends at: one address, and behind it what was uploaded last, on real workerd with the secrets, the
 * variables, the classes and the date of its metadata, over objects that outlive a version. Before the first upload, and
 * for as long as a test wants, it answers as Cloudflare does where nothing is: 404 in HTML.
 */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Workerd } from '../../sdk/cli/workerd'

/** A version as it is to run: what is no text here is bound to nothing. */
export interface Version {
  date: string
  classes: { binding: string; name: string }[]
  texts: Record<string, string>
  script: string
}

export interface Edge {
  origin: string
  /** Requests that find nothing, before the version is known here. */
  unaware: number
  run(version: Version): Promise<void>
  end(): Promise<void>
}

/** Text of ASCII is written in one way by both. */
const quoted = (text: string) => JSON.stringify(text)

const capnpOf = ({ date, classes, texts }: Version) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "uploaded", worker = .worker),
    (name = "data", disk = (path = "data", writable = true)),
    (name = "geo", disk = (path = "data")),
    (name = "demo", disk = (path = "data")),
    (name = "internet", network = (allow = []))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "uploaded")]
);
const worker :Workerd.Worker = (
  compatibilityDate = ${quoted(date)},
  modules = [(name = "index.js", esModule = embed "index.js")],
  durableObjectNamespaces = [
    ${classes.map(({ name }) => `(className = ${quoted(name)}, uniqueKey = ${quoted(`edge-${name}`)}, enableSql = true)`).join()}
  ],
  durableObjectStorage = (localDisk = "data"),
  bindings = [
    ${[
      ...classes.map(
        ({ binding, name }) => `(name = ${quoted(binding)}, durableObjectNamespace = (className = ${quoted(name)}))`,
      ),
      ...Object.entries(texts).map(([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`),
    ].join()}
  ]
);
`

export async function openEdge(): Promise<Edge> {
  const folder = mkdtempSync(join(tmpdir(), 'graupel-edge-'))
  const objects = join(folder, 'objects')
  mkdirSync(objects)
  let workerd: Workerd | undefined
  let port: number | undefined
  const front = createServer((asked, answer) => {
    if (port === undefined || edge.unaware > 0) {
      edge.unaware -= 1
      return answer.writeHead(404, { 'content-type': 'text/html' }).end('<title>There is nothing here yet</title>')
    }
    passOn(asked, answer, port)
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')

  const edge: Edge = {
    origin: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    unaware: 0,
    async run(version) {
      await workerd?.stop()
      writeFileSync(join(folder, 'index.js'), version.script)
      writeFileSync(join(folder, 'workerd.capnp'), capnpOf(version))
      const folders = { objects, geo: objects, demo: objects }
      workerd = new Workerd({ bundle: folder, address: '127.0.0.1:0', ...folders, env: {}, output: 'ignore' })
      workerd.open()
      port = await workerd.listening
      if (!port) throw new Error('what was uploaded does not run')
    },
    async end() {
      front.close()
      front.closeAllConnections()
      workerd?.kill('SIGKILL')
      await workerd?.ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return edge
}

function passOn(asked: IncomingMessage, answer: ServerResponse, port: number): void {
  const { method, url, headers } = asked
  const inner = request({ host: '127.0.0.1', port, method, path: url, headers }, (answered) => {
    answer.writeHead(answered.statusCode!, answered.headers) // a response has a status
    answered.pipe(answer)
  })
  inner.on('error', () => answer.destroy())
  asked.pipe(inner)
}
