/** The engine's objects on a workerd of their own, behind the bench's Worker: built once, started on a new folder for each part. */
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { build } from 'esbuild'
import type { Given } from './engine/report'
import { quantile } from './figure'

const source = join(import.meta.dirname, 'engine')

/** Builds the bench's Worker into a folder. */
export async function buildEngine(scratch: string): Promise<string> {
  const out = join(scratch, 'engine')
  mkdirSync(out, { recursive: true })
  copyFileSync(join(source, 'engine.capnp'), join(out, 'engine.capnp'))
  await build({
    entryPoints: [join(source, 'worker.ts')],
    outfile: join(out, 'bench.js'),
    bundle: true,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:workers'],
  })
  return out
}

type Asking = Pick<Given, 'site'> & Partial<Given>

interface Heard {
  event: string
  port?: number
}

export class Engine {
  /** Where the inspector listens, if it was asked for. */
  readonly inspector: number | undefined
  private readonly child: ChildProcess
  private readonly port: number

  private constructor(child: ChildProcess, port: number, inspector: number | undefined) {
    this.child = child
    this.port = port
    this.inspector = inspector
  }

  /** On a folder of its own, so that nothing of an earlier part rings or weighs. */
  static async start(built: string, inspect = false): Promise<Engine> {
    const program = (createRequire(import.meta.url)('workerd') as { default: string }).default
    const data = mkdtempSync(join(built, 'data-'))
    const given = ['serve', join(built, 'engine.capnp'), `-ddata=${data}`, '--control-fd=3']
    const child = spawn(program, inspect ? [...given, '-i127.0.0.1:0'] : given, {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    })
    const ports = new Map<string, number>()
    for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
      const { event, port } = JSON.parse(line) as Heard
      if (port) ports.set(event, port)
      if (event === 'listen') break
    }
    const port = ports.get('listen')
    if (!port) throw new Error('workerd ended before it listened')
    return new Engine(child, port, ports.get('listen-inspector'))
  }

  get pid(): number {
    return this.child.pid!
  }

  async ask<T>(task: string, given: Asking): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/${task}`, { method: 'POST', body: JSON.stringify(given) })
    if (!answer.ok) throw new Error(`${task}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  /** Milliseconds of each of so many calls in turn, less what a call costs that does nothing. */
  async time(count: number, task: string, given: Asking): Promise<number[]> {
    const empty = quantile(await this.timed(count, 'nothing', given), 0.5)
    return (await this.timed(count, task, given)).map((ms) => Math.max(0, ms - empty))
  }

  async timed(count: number, task: string, given: Asking): Promise<number[]> {
    const times: number[] = []
    for (let i = 0; i < count; i++) {
      const began = performance.now()
      await this.ask(task, given)
      times.push(performance.now() - began)
    }
    return times
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    await ended
  }
}

/** Runs one part on an engine that ends with it. */
export async function withEngine<T>(built: string, part: (engine: Engine) => Promise<T>, inspect = false): Promise<T> {
  const engine = await Engine.start(built, inspect)
  try {
    return await part(engine)
  } finally {
    await engine.stop()
  }
}
