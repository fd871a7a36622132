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
  /** Resolves when it ended. */
  ended: Promise<void>
  stop(): void
}

const LOOPBACK = '127.0.0.0/8,::1/128'
const READY = /^Graupel counts at (\S+)/

/** `launcher` is the built command. */
export async function serve(launcher: string, settings: Settings): Promise<Serving> {
  const { data, host, port } = settings
  const folder = join(data, 'geo')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const geo = join(folder, 'rain.mmdb')
  writeFileSync(geo, writeMmdb(networks(), 'Made-up-City'))
  const child = spawn(process.execPath, [launcher, 'start'], {
    env: {
      ...process.env,
      GRAUPEL_DATA: data,
      GRAUPEL_GEO: geo,
      GRAUPEL_PROXY: `x-forwarded-for ${LOOPBACK}`,
      // The shop's own few visits are no rain.
      GRAUPEL_DEMO: '0',
    },
    // In a session of its own a Ctrl-C reaches us alone, and we end it gently.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const said = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, shown] = READY.exec(line) ?? []
      if (shown !== undefined) resolve(shown)
    })
  })
  const shown = await Promise.race([said, ended])
  if (shown === undefined)
    throw new Stop('the server did not start; why stands above. One that runs already is rained on by --server')
  const origin = port ? originOf(host, port) : shown
  // Its own data folder has its token, and it knows itself by the address that it said.
  const server = serverOf({ ...settings, port: Number(new URL(origin).port) })
  return { server: { ...server, origin, shown }, ended, stop: () => child.kill('SIGTERM') }
}
