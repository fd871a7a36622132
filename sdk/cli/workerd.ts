/**
 * The runtime as a child process: the native program itself, so that its pid is the one to name, watch and kill.
 *
 * It starts behind a gate: a shell that says "held", waits for a word and then becomes workerd, under the same pid. So
 * the folder's lock can name the process before it serves; if the launcher dies first, the gate never opens.
 * Where the system has `flock`, the kernel's own lock is held as well, from the gate to workerd's end. It also sees
 * what a pid cannot: a server in another container on the same folder.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** workerd's package answers with the path of the native program for this platform, never with its shim. */
function nativeProgram(): string {
  const answer = createRequire(import.meta.url)('workerd') as { default: string }
  return answer.default
}

const GATE = 'echo held >&3; read -r word && exec "$@"'

/** Its own exit code, so that a conflict is told from any failure behind it. */
const CONFLICT = 75
/** Without forking (-F), so that the pid stays one; only util-linux's has it. */
const FLOCK = ['/usr/bin/flock', '/bin/flock'].find((path) => existsSync(path))

function under(lock: string | undefined, command: string[]): string[] {
  if (!lock || !FLOCK || process.platform !== 'linux') return command
  return [FLOCK, '-n', '-F', '-E', String(CONFLICT), lock, ...command]
}

export interface Serving {
  /** Folder of the built Worker: workerd.capnp, forward.capnp, index.js. */
  bundle: string
  /** Whether it may call others; the network is closed where nothing is forwarded. */
  isOpen?: boolean
  /** `host:port`; port 0 picks a free one. */
  address: string
  /** Folders; each must exist. */
  objects: string
  geo: string
  demo: string
  /** All of what the Worker is told. */
  env: Record<string, string | undefined>
  /** The file that the kernel's lock is held on. */
  lock?: string
  /** In its own session a Ctrl-C reaches the launcher alone, which ends this gently. */
  detached?: boolean
  output?: 'inherit' | 'ignore' | number
}

export interface End {
  code: number | null
  signal: NodeJS.Signals | null
}

/** Requests in flight get this long before the process is killed; the launcher promises an end within 5 s. */
const GRACE_MS = 4000

export class Workerd {
  readonly pid: number
  /** True when the gate is reached with the kernel's lock held; false when another has it, or the gate fell. */
  readonly held: Promise<boolean>
  /** The port, or undefined where it ended before it listened. */
  readonly listening: Promise<number | undefined>
  readonly ended: Promise<End>
  private readonly child: ChildProcess

  constructor(serving: Serving) {
    const { bundle, isOpen, address, objects, geo, demo, env, lock, detached = false, output = 'inherit' } = serving
    const config = join(bundle, isOpen ? 'forward.capnp' : 'workerd.capnp')
    const folders = Object.entries({ data: objects, geo, demo }).flatMap(([name, path]) => ['-d', `${name}=${path}`])
    const serve = ['serve', config, ...folders, '-s', `http=${address}`, '--control-fd=3']
    const [program, ...args] = under(lock, ['/bin/sh', '-c', GATE, 'graupel', nativeProgram(), ...serve])
    this.child = spawn(program!, args, { env, detached, stdio: ['pipe', output, output, 'pipe'] })
    this.child.stdin!.on('error', () => {}) // the gate fell first; `held` and `ended` say so
    this.pid = this.child.pid ?? 0
    this.ended = new Promise((resolve) => {
      this.child.once('error', () => resolve({ code: null, signal: null }))
      this.child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    const lines = createInterface({ input: this.child.stdio[3] as Readable })
    const word = <T>(pick: (line: string) => T | undefined): Promise<T | undefined> =>
      new Promise((resolve) => {
        lines.on('line', (line) => {
          const answer = pick(line)
          if (answer !== undefined) resolve(answer)
        })
        lines.once('close', () => resolve(undefined))
      })
    this.held = word((line) => line === 'held' || undefined).then((answer) => answer ?? false)
    this.listening = word(portOf)
  }

  /** Lets the gate become workerd. */
  open(): void {
    this.child.stdin!.end('open\n')
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Ends it: what is in flight is finished, up to a grace. */
  async stop(): Promise<End> {
    this.kill('SIGTERM')
    const timer = setTimeout(() => this.kill('SIGKILL'), GRACE_MS)
    const end = await this.ended
    clearTimeout(timer)
    return end
  }
}

function portOf(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined
  const { event, port } = JSON.parse(line) as { event: string; port?: number }
  return event === 'listen' ? port : undefined
}
