/**
 * wrangler as a child process: this clone's own, started by node itself, so that no shell and no PATH has a say. What it
 * answers is read from the file that it writes for programs; what it says to people is shown as it comes, or kept.
 * Its words are Cloudflare's; what they mean for a deployment is not known here.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './home'
import { Stop } from './stop'

export const config = join(root, 'wrangler.jsonc')

export const noClone = () => new Stop('there is no wrangler here: deploy from a clone of the repository, after npm ci')

/** Below it wrangler starts with a message of its own, which names no way out. */
const LEAST_NODE = 22

/** The banner asks the registry for news and waits for it; a log would hold what was asked of whom. */
const QUIET = { WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_WRITE_LOGS: 'false' }

export interface Asked {
  /** Beside the environment, which wrangler reads for its token, its account and its proxy. */
  env?: Record<string, string>
  /** Where its words go as they come, a descriptor; then it may also ask. Absent: they are kept, and it asks nothing. */
  show?: number
}

export interface Answered {
  isDone: boolean
  /** What it said on stdout, where nothing was shown. */
  said: string
  /** Why it was not done, in its own words, and Cloudflare's number for that. */
  problem: string
  code: number | undefined
  /** Where the Worker answers, as wrangler writes it: a host, or a route with a remark. */
  targets: readonly string[]
}

/** One line of the file: https://developers.cloudflare.com/workers/wrangler/system-environment-variables/ */
interface Entry {
  type: string
  message?: string
  code?: number
  targets?: string[]
}

export async function wrangler(args: string[], { env = {}, show }: Asked = {}): Promise<Answered> {
  const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
  const file = join(folder, 'answer')
  try {
    const { code, said, complaint } = await run([...args, '--config', config], {
      env: { ...environment(), ...QUIET, ...env, WRANGLER_OUTPUT_FILE_PATH: file },
      show,
    })
    const entries = entriesOf(file)
    const failed = entries.find(({ type }) => type === 'command-failed')
    return {
      isDone: code === 0,
      said,
      problem: failed?.message ?? complaint.trim(),
      code: failed?.code,
      targets: entries.find(({ type }) => type === 'deploy')?.targets ?? [],
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * What was given to us is sent where it is asked for, in a file; a child need not know. And a named environment is another
 * Worker: secrets would be asked of the one and sent to the other. Empty it stands above a `.env`, too.
 */
function environment(): NodeJS.ProcessEnv {
  const { GRAUPEL_MASTER: _, GRAUPEL_ADMIN: __, ...others } = process.env
  return { ...others, CLOUDFLARE_ENV: '' }
}

function program(): string {
  const [major] = process.versions.node.split('.')
  if (Number(major) < LEAST_NODE)
    throw new Stop(`wrangler wants Node ${LEAST_NODE} or newer, which comes with a clone: npm run deploy`)
  try {
    // What its command starts in turn: of that a signal would end the first process alone.
    return join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'wrangler-dist/cli.js')
  } catch {
    throw noClone()
  }
}

interface Ended {
  code: number | null
  said: string
  complaint: string
}

/** A Ctrl-C reaches the child as well; this process stays to clean up behind it. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

function run(args: string[], { env, show }: { env: NodeJS.ProcessEnv; show: number | undefined }): Promise<Ended> {
  const stdio = show === undefined ? (['ignore', 'pipe', 'pipe'] as const) : (['inherit', show, 2] as const)
  const child = spawn(process.execPath, ['--no-warnings', program(), ...args], { cwd: root, env, stdio: [...stdio] })
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of SIGNALS) process.on(signal, pass)
  let said = ''
  let complaint = ''
  child.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()))
  child.stderr?.on('data', (bytes: Buffer) => (complaint += bytes.toString()))
  return new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, said, complaint }))
  }).finally(() => {
    for (const signal of SIGNALS) process.off(signal, pass)
  })
}

function entriesOf(file: string): Entry[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line) as Entry)
  } catch {
    return [] // it ended before it could write
  }
}
