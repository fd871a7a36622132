/**
 * `graupel start`: the built Worker on plain workerd, over one data folder, until it is told to stop.
 * It makes the folder and its secrets, sees to it that nobody else serves them, and prints where to look.
 */
import { randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { prepareDemo } from './demo'
import { linkedHere, upstreamsIn } from './forward'
import { bundle } from './home'
import { holder, take } from './lock'
import { loginLink } from './login'
import { addressOf, originOf } from './origin'
import { checkPort } from './port'
import { complain, outliveReader, type Spoken, speaks } from './say'
import { adminToken, givenKeys, masterKeys } from './secrets'
import type { Server } from './server'
import { readSettings, type Settings } from './settings'
import { Stop } from './stop'
import { Workerd } from './workerd'

/** The subfolders of the data folder; `nowhere` stands in for a geo folder where there is none. */
function makeFolders(data: string) {
  const folders = { objects: join(data, 'objects'), demo: join(data, 'demo'), nowhere: join(data, 'nowhere') }
  try {
    for (const folder of [data, ...Object.values(folders)]) mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(data, constants.R_OK | constants.W_OK)
  } catch (error) {
    throw new Stop(`GRAUPEL_DATA: ${data} can't be written (${(error as NodeJS.ErrnoException).code})`)
  }
  return folders
}

const busy = (data: string, pid: number) =>
  new Stop(`${data} is already served by workerd, process ${pid}. Stop that one first: kill ${pid}`)

/** How long the other one may take from the kernel's lock to its name in ours. */
const NAMING_MS = 1000

async function heldElsewhere(data: string): Promise<Stop> {
  const until = Date.now() + NAMING_MS
  for (;;) {
    const life = holder(data)
    if (life) return busy(data, life.pid)
    if (Date.now() > until) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return new Stop(`${data} is already served by a process that can't be seen from here (in another container?)`)
}

/** A part that is not ready must not stop what already serves: its reason is told, and it is left out. */
const orReason = (name: string, work: Promise<string>): Promise<string | null> =>
  work.catch((error: unknown) => {
    complain(`${name} is not ready: ${error instanceof Error ? error.message : String(error)}`)
    return null
  })

interface Options extends Spoken {
  /** Other Graupels, in the order in which they are tried; absent: nothing is forwarded by this start. */
  upstreams?: string[]
  /** Whether to say a link that lets in whoever reads it first: not where what is said is kept. */
  login: boolean
}

/** Resolves when the server was told to stop and has; anything else that ends it is a Stop. */
async function serve(settings: Settings, options: Options): Promise<void> {
  const { upstreams, json } = options
  const { host, port, data, geo } = settings
  process.umask(0o077)
  const folders = makeFolders(data)
  const other = holder(data)
  if (other) throw busy(data, other.pid)
  const master = settings.master ? givenKeys(settings.master) : masterKeys(data, folders.objects)
  const token = settings.admin ?? adminToken(data)

  const workerd = new Workerd({
    bundle,
    address: addressOf(host, port),
    objects: folders.objects,
    demo: folders.demo,
    geo: geo?.folder ?? folders.nowhere,
    lock: join(data, '.flock'),
    detached: true,
    isOpen: upstreams !== undefined,
    // A program that reads what is ready must not read the runtime's own words.
    output: json ? STDERR : 'inherit',
    env: {
      GRAUPEL_MASTER: master,
      GRAUPEL_ADMIN: token,
      GRAUPEL_URL: settings.url,
      GRAUPEL_PROXY: settings.proxy,
      GRAUPEL_GEO_FILE: geo?.file ?? '',
      GRAUPEL_DEMO: settings.demo ? '1' : '',
      // A word of its own for each start: what a running one was changed to does not outlive it.
      GRAUPEL_FORWARD: upstreams ? `${randomUUID()} ${upstreams.join()}` : 'off',
    },
  })
  const wasTold = endWhenTold(workerd)
  try {
    await openGate(workerd, settings)
    await announce(workerd, settings, { ...options, token })
    const { code, signal } = await workerd.ended
    throw new Stop(`workerd ended by itself (${signal ?? `code ${code}`}); what it said stands above`)
  } catch (error) {
    if (!wasTold()) throw error
    await workerd.ended
  }
}

/** Lets the process serve once the folder is its own and the address free. */
async function openGate(workerd: Workerd, { data, host, port }: Settings): Promise<void> {
  try {
    if (!(await workerd.held)) throw await heldElsewhere(data)
    const { pid } = take(data, workerd.pid)
    if (pid !== workerd.pid) throw busy(data, pid)
    await checkPort(host, port)
  } catch (error) {
    workerd.kill('SIGKILL') // still a gate: it serves nothing, and its name in the lock dies with it
    throw error
  }
  workerd.open()
}

const STDERR = 2

async function announce(workerd: Workerd, settings: Settings, options: Options & { token: string }): Promise<void> {
  const { token, upstreams, login, json } = options
  const tell = (line: string) => json || console.log(line)
  const port = await workerd.listening
  if (!port) throw new Stop('workerd ended before it listened; what it said stands above')
  const origin = originOf(settings.host, port)
  await checkHealth(origin, workerd)
  const { data } = settings
  const { pid } = workerd
  const server = { origin, shown: settings.url || origin, token }
  tell(`Graupel counts at ${server.shown} (data in ${data}, workerd is process ${pid})`)
  const dashboard = login ? await orReason('dashboard', loginLink(server)) : null
  if (!login) tell(`dashboard  ${server.shown}  (a link to it: graupel login)`)
  if (dashboard) tell(`dashboard  ${dashboard}  (opens once)`)
  const forward = upstreams ? upstreams.join(', ') : await orReason('forward', linkedHere(server))
  if (forward) tell(`forward    ${forward}`)
  const demo = settings.demo ? await orReason('demo', demoAt(server, data)) : null
  if (demo) tell(`demo       ${demo}`)
  if (json) console.log(JSON.stringify({ url: server.shown, dashboard, demo, forward: upstreams ?? [], pid, data }))
}

const demoAt = async (server: Server, data: string): Promise<string> => server.shown + (await prepareDemo(server, data))

/** The server's own judgement of its settings: a wrong proxy or a geo file it can't read stops the start. */
async function checkHealth(origin: string, workerd: Workerd): Promise<void> {
  const answer = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(HEALTH_MS) })
  if (answer.ok) return
  const { detail } = (await answer.json()) as { detail: string }
  await workerd.stop()
  throw new Stop(detail)
}
const HEALTH_MS = 5000

/** How often to look whether npm's shell still stands. */
const GLANCE_MS = 250

/**
 * npm puts a shell between itself and a command, and that shell dies of a signal without passing it on. So where npm
 * started us (it says so to its children), the shell's end is a signal too. Elsewhere a parent may go and leave us.
 */
function whenShellEnds(end: () => void): void {
  if (!process.env.npm_command) return
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    end()
  }, GLANCE_MS)
  timer.unref()
}

/** A signal ends the server gently, a second one at once. Answers whether there was one. */
function endWhenTold(workerd: Workerd): () => boolean {
  let wasTold = false
  const end = () => {
    if (wasTold) return workerd.kill('SIGKILL')
    wasTold = true
    void workerd.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  whenShellEnds(end)
  return () => wasTold
}

const SETTINGS = `
Settings (environment)
  PORT            8787        0 picks a free one
  HOST            127.0.0.1   address to listen on
  GRAUPEL_DATA    .graupel    folder of all that is kept
  GRAUPEL_URL                 public origin for snippets and links, such as https://stats.example.com
  GRAUPEL_PROXY               header that names the client, and the networks it is believed from
  GRAUPEL_GEO                 path of an .mmdb for countries and cities
  GRAUPEL_DEMO                1 or 0: serve the demo shop; 1 where HOST is this machine alone
  GRAUPEL_MASTER              master keys, instead of the data folder's
  GRAUPEL_ADMIN               admin token, instead of the data folder's

Example
  $ PORT=9000 GRAUPEL_DATA=/var/lib/graupel npx graupel start`

export function addStart(program: Command): void {
  const verb = program
    .command('start')
    .description('serve on this machine')
    .option('--no-login', 'print no login link, where a log keeps what is printed')
    .option('--forward <urls>', 'forward linked sites to other Graupels, in this order (URL[,URL])')
  speaks(verb, 'when it is ready, a line: url, dashboard, demo, forward, pid, data')
    .addHelpText('after', SETTINGS)
    .action(async ({ forward, login, json }: Spoken & { forward?: string; login: boolean }) => {
      const upstreams = forward === undefined ? undefined : upstreamsIn(forward)
      outliveReader()
      await serve(readSettings(process.env), { login, ...(upstreams && { upstreams }), ...(json && { json }) })
      process.exit(0)
    })
}
