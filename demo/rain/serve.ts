/**
 * A server of the rain's own: the built `graupel start` over a folder of its own, which believes what its visitors' requests
 * say of their addresses, and knows the made-up networks they come from. Both are for make-believe, and never for a server
 * that anybody else can reach.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { originOf } from '../../sdk/cli/origin'
import { type Server, serverOf } from '../../sdk/cli/server'
import type { Settings } from '../../sdk/cli/settings'
import { Stop } from '../../sdk/cli/stop'
import { writeMmdb } from './mmdb'
import { networks } from './place'

export interface Serving {
  server: Server
  /** Where the shop is, if it serves one. */
  demo?: string
  /** Resolves when it ended. */
  ended: Promise<void>
  stop(): void
}

const LOOPBACK = '127.0.0.0/8,::1/128'
/** What a start says of itself to programs. */
interface Ready {
  url: string
  demo: string | null
}

/** `launcher` is the built command; a rain of events wants no shop, whose own few visits are no rain. */
export async function serve(launcher: string, settings: Settings, withShop = false): Promise<Serving> {
  const { data, host, port } = settings
  const folder = join(data, 'geo')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const geo = join(folder, 'rain.mmdb')
  writeFileSync(geo, writeMmdb(networks(), 'Made-up-City'))
  const child = spawn(process.execPath, [launcher, 'start', '--json', '--no-login'], {
    env: {
      ...process.env,
      GRAUPEL_DATA: data,
      GRAUPEL_GEO: geo,
      GRAUPEL_PROXY: `x-forwarded-for ${LOOPBACK}`,
      GRAUPEL_DEMO: withShop ? '1' : '0',
    },
    // In a session of its own a Ctrl-C reaches us alone, and we end it gently.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const said = new Promise<Ready>((resolve) => {
    // Ours says it when it is ready, and nothing else.
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Ready))
  })
  const ready = await Promise.race([said, ended])
  if (!ready)
    throw new Stop('the server did not start; why stands above. One that runs already is rained on by --server')
  const { url: shown, demo } = ready
  const origin = port ? originOf(host, port) : shown
  // Its own data folder has its token, and it knows itself by the address that it said.
  const server = serverOf({ ...settings, port: Number(new URL(origin).port) })
  return {
    server: { ...server, origin, shown },
    ...(demo !== null && { demo }),
    ended,
    stop: () => child.kill('SIGTERM'),
  }
}
