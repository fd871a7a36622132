/** The two servers that are measured in turn: the bundle with data of its own, and a Worker that only says 204. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Workerd } from '../../sdk/cli/workerd'

export interface Serving {
  origin: string
  admin: string
  pid: number
  stop(): Promise<unknown>
}

const MASTER = `0:${Buffer.alloc(32, 7).toString('base64url')}`
const ADMIN = `ga_${Buffer.alloc(32, 9).toString('base64url')}`

export async function serveGraupel(bundle: string, scratch: string): Promise<Serving> {
  const folder = (name: string) => {
    const path = join(scratch, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const workerd = new Workerd({
    bundle: join(bundle, 'worker'),
    address: '127.0.0.1:0',
    objects: folder('objects'),
    geo: folder('geo'),
    demo: folder('demo'),
    env: { GRAUPEL_MASTER: MASTER, GRAUPEL_ADMIN: ADMIN },
  })
  workerd.open()
  const port = await workerd.listening
  if (!port) throw new Error('workerd ended before it listened')
  return { origin: `http://127.0.0.1:${port}`, admin: ADMIN, pid: workerd.pid, stop: () => workerd.stop() }
}

export async function serveBare(): Promise<Serving> {
  const program = (createRequire(import.meta.url)('workerd') as { default: string }).default
  const config = join(import.meta.dirname, 'bare.capnp')
  const child = spawn(program, ['serve', config, '--control-fd=3'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const line = await new Promise<string>((resolve) =>
    createInterface({ input: child.stdio[3] as Readable }).once('line', resolve),
  )
  const { port } = JSON.parse(line) as { port: number }
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { origin: `http://127.0.0.1:${port}`, admin: '', pid: child.pid!, stop }
}
