/**
 * Whole servers for black-box tests: native workerd on port 0 with temporary data, or the real command around it.
 * Both can be killed at any moment and started again on the same folder. Everything started here is ended with the test.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { Workerd } from '../../sdk/cli/workerd'

/** Fixed, so that a test can derive the keys of its site itself. */
export const MASTER = `0:${Buffer.alloc(32, 7).toString('base64url')}`
export const ADMIN = `ga_${Buffer.alloc(32, 9).toString('base64url')}`

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Options {
  /** Made and removed with the test where it is not given. */
  dataFolder?: string
  /** Folder of an .mmdb; its name goes into `env` as GRAUPEL_GEO_FILE. */
  geoFolder?: string
  /** What the Worker is told beside the test's master key and admin token, or is not told instead of them. */
  env?: Record<string, string | undefined>
  /** Whether it may call others, as `graupel start --forward` serves. */
  isOpen?: boolean
  /** The build's folder; the run's own where it is not given. */
  bundle?: string
  /** Where to write what workerd says; it is dropped where it is not given. */
  output?: 'inherit' | number
}

export interface Server {
  /** `http://127.0.0.1:<port>`; another port after each restart. */
  origin: string
  admin: string
  dataFolder: string
  pid: number
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Ends it gently. */
  stop(): Promise<void>
  /** Starts it again on its folder, killed or stopped before, or stopped now. */
  restart(): Promise<void>
  /** Kills it, if it runs. */
  end(): Promise<void>
}

/** The Worker on workerd, without the command around it: no lock, so that nothing stands between a kill and a start. */
export async function startServer(options: Options = {}): Promise<Server> {
  const server = await openServer({ ...options, dataFolder: options.dataFolder ?? temporaryFolder() })
  onTestFinished(() => server.end())
  return server
}

/** For a whole file's tests: who opens it ends it. */
export async function openServer({ dataFolder, ...options }: Options & { dataFolder: string }): Promise<Server> {
  const folders = {
    objects: join(dataFolder, 'objects'),
    demo: join(dataFolder, 'demo'),
    none: join(dataFolder, 'none'),
  }
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })

  let workerd: Workerd
  let isRunning = false
  const server: Server = {
    origin: '',
    admin: options.env?.GRAUPEL_ADMIN ?? ADMIN,
    dataFolder,
    pid: 0,
    async kill(signal) {
      workerd.kill(signal)
      await workerd.ended
    },
    async stop() {
      await workerd.stop()
    },
    async restart() {
      if (isRunning) await workerd.stop()
      await start()
    },
    async end() {
      if (isRunning) await server.kill('SIGKILL')
    },
  }

  async function start() {
    workerd = new Workerd({
      bundle: join(options.bundle ?? inject('built'), 'worker'),
      address: '127.0.0.1:0',
      objects: folders.objects,
      demo: folders.demo,
      geo: options.geoFolder ?? folders.none,
      output: options.output ?? 'ignore',
      isOpen: options.isOpen ?? false,
      env: {
        GRAUPEL_MASTER: MASTER,
        GRAUPEL_ADMIN: ADMIN,
        GRAUPEL_DEMO: '',
        GRAUPEL_FORWARD: options.isOpen ? '' : 'off',
        ...options.env,
      },
    })
    isRunning = true
    void workerd.ended.then(() => (isRunning = false))
    workerd.open()
    const port = await workerd.listening
    if (!port) throw new Error('workerd ended before it listened')
    server.origin = `http://127.0.0.1:${port}`
    server.pid = workerd.pid
  }

  await start()
  return server
}

export interface Launcher {
  pid: number
  /** All it has said so far, both streams. */
  said(): string
  /** Resolves when what it said matches; rejects when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** As npm calls it: a shell that waits, and is the one to be signalled. */
const SHELL = ['/bin/sh', '-c', '"$@"; exit $?', 'sh']

/** The real command, `graupel start`, with these settings and no other variable than the system's own. */
export function startLauncher(env: Record<string, string>, words: string[] = ['start'], by?: 'shell'): Launcher {
  const command = [process.execPath, join(inject('built'), 'cli/graupel.js'), ...words]
  return startCommand(by === 'shell' ? [...SHELL, ...command] : command, env)
}

/** The same by whatever words: a unit's, an image's. */
export function startCommand([program, ...args]: string[], env: Record<string, string>, cwd?: string): Launcher {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program!, args, { cwd, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  return watch(child)
}

function watch(child: ChildProcess): Launcher {
  let text = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  onTestFinished(() => endFamily(child, text))
  return {
    pid: child.pid!,
    said: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text)
          if (match) resolve(match)
        }
        for (const stream of [child.stdout!, child.stderr!]) stream.on('data', look)
        void closed.then(() => {
          look()
          reject(new Error(`it ended and never said ${pattern}:\n${text}`))
        })
        look()
      }),
    kill: (signal) => child.kill(signal),
    ended,
  }
}

/** The command and the workerd that it named: a test that kills the one leaves the other. */
function endFamily(child: ChildProcess, text: string): void {
  child.kill('SIGKILL')
  const pid = /workerd is process (\d+)/.exec(text)?.[1]
  try {
    if (pid) process.kill(Number(pid), 'SIGKILL')
  } catch {
    // it had ended
  }
}
