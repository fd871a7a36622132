/**
 * The examples of reverse proxies, run as they stand: the real nginx or Caddy under the example's own text, in which
 * nothing changes but ports, the certificate, where it logs, and what a test says. Whoever asks says from which address of this machine.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { createServer, type AddressInfo, connect } from 'node:net'
import { join, resolve } from 'node:path'
import { findProxy, type Name } from '../proxies'

export const EXAMPLES = resolve(import.meta.dirname, '../../demo/server')
/** The name that stands in the examples. */
export const HOST = 'stats.example.com'

export interface Ports {
  https: number
  http: number
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

export const freePorts = async (): Promise<Ports> => ({ https: await freePort(), http: await freePort() })

export interface Setting {
  /** A folder of its own; who gives it removes it. */
  folder: string
  ports: Ports
  /** Origin of what it stands before. */
  upstream: string
  /** What else the example is told to say. */
  changes?: Changes
}

type Changes = readonly (readonly [from: string, to: string])[]

interface Certificate {
  certificate: string
  key: string
}

function certify(folder: string): Certificate {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`]
  const files = ['-out', certificate, '-keyout', key]
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' })
  return { certificate, key }
}

/** Every change must find what it changes: an example that says something else is another one. */
function changed(text: string, changes: Changes): string {
  return changes.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`the example does not say "${from}"`)
    return now.replaceAll(from, to)
  }, text)
}

const example = (name: string) => readFileSync(join(EXAMPLES, name), 'utf8')

/** What each is started by; it logs into its folder. */
const STARTS: Record<Name, (setting: Setting, certificate: Certificate) => string[]> = {
  nginx({ folder, ports, upstream, changes = [] }, { certificate, key }) {
    const site = changed(example('nginx.conf'), [
      ['server 127.0.0.1:8787;', `server ${new URL(upstream).host};`],
      ['listen 80;', `listen 127.0.0.1:${ports.http};`],
      ['listen [::]:80;', ''],
      ['listen 443 ssl http2;', `listen 127.0.0.1:${ports.https} ssl http2;`],
      ['listen [::]:443 ssl http2;', ''],
      ['/etc/letsencrypt/live/stats.example.com/fullchain.pem', certificate],
      ['/etc/letsencrypt/live/stats.example.com/privkey.pem', key],
      ['/var/log/nginx/', `${folder}/`],
      ...changes,
    ])
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`)
    writeFileSync(join(folder, 'site.conf'), site)
    // As on Debian, but for the access log that stands there for all sites: the example must speak for itself.
    writeFileSync(
      join(folder, 'main.conf'),
      `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${folder}/pid;
       error_log ${folder}/main.log warn; events {}
       http { access_log ${folder}/access.log; ${places.join(' ')} include ${folder}/site.conf; }`,
    )
    return ['-e', `${folder}/main.log`, '-p', folder, '-c', `${folder}/main.conf`]
  },
  caddy({ folder, ports, upstream, changes = [] }, { certificate, key }) {
    const text = changed(example('Caddyfile'), [
      ['\n{\n', `\n{\n\tadmin off\n\thttps_port ${ports.https}\n\thttp_port ${ports.http}\n\tdefault_bind 127.0.0.1\n`],
      [`\n${HOST} {\n`, `\n${HOST} {\n\ttls ${certificate} ${key}\n`],
      ['127.0.0.1:8787', new URL(upstream).host],
      ...changes,
    ])
    writeFileSync(join(folder, 'Caddyfile'), text)
    return ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']
  },
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Ask {
  method?: string
  headers?: OutgoingHttpHeaders
  body?: string | Buffer
  /** Address of this machine that is asked from. */
  from?: string
}

export interface Reverse {
  origin: string
  /** What a client of node's needs in order to reach it: the name leads to this machine, and the certificate is good. */
  tls: { host: string; port: number; servername: string; ca: Buffer; localAddress?: string }
  ask(path: string, ask?: Ask): Promise<Answer>
  /** All that it wrote, wherever. */
  said(): string
  end(): Promise<void>
}

/** The proxy, as soon as it listens. */
export async function openReverse(name: Name, setting: Setting): Promise<Reverse> {
  const { folder, ports } = setting
  mkdirSync(folder, { recursive: true })
  const certified = certify(folder)
  const program = findProxy(name)
  if (!program) throw new Error(`there is no ${name}`)
  const env = { PATH: process.env.PATH ?? '', HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const child = spawn(program, STARTS[name](setting, certified), { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()))
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const said = () => text + ['main.log', 'access.log', 'graupel.log'].map((log) => read(join(folder, log))).join('\n')
  const tooEarly = ended.then(() => Promise.reject(new Error(`${name} ended before it listened:\n${said()}`)))
  try {
    await Promise.race([listening(ports.https), tooEarly])
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  const tls = { host: '127.0.0.1', port: ports.https, servername: HOST, ca: readFileSync(certified.certificate) }
  return {
    origin: `https://${HOST}:${ports.https}`,
    tls,
    ask: (path, { method = 'GET', headers = {}, body, from = '127.0.0.1' } = {}) =>
      new Promise((answer, reject) => {
        const named = { Host: `${HOST}:${ports.https}`, ...headers }
        const asked = request({ ...tls, path, method, headers: named, localAddress: from }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            answer({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
          )
        })
        asked.on('error', reject)
        asked.end(body)
      }),
    said,
    async end() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const PATIENCE_MS = 15_000

async function listening(port: number): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const isOpen = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => done(true)).once('error', () => done(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`nothing listens on ${port}`)
}
