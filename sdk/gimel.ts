/**
 * Tells a server that speaks Gimel's `/track`, for sites that come from AlephBet and keep what they have. Each call waits in
 * a bounded queue, under a name of its own, until it was answered with 200; an answer that was lost makes a repeat with the
 * same uuid, which the server counts once.
 */
import type { TrackingAdapter } from './adapter'
import { userOf } from './arm'
import type { Experiment } from './experiment'
import { hasOptedOut } from './optedout'
import { sha1 } from './wire/sha1'

export interface GimelOptions {
  /** Tells environments apart. */
  namespace?: string
  /** One uuid for each goal, as AlephBet's adapters other than Gimel's have it; Gimel's has one for the experiment. */
  isPerGoal?: boolean
}

const MOST = 100
const QUEUE = 'graupel-gimel '

/** Where storage is refused. */
const memory: Record<string, string> = {}
const underWay = new Set<string>()

/** `url` is that of `/track`. */
export function gimel(url: string, { namespace = 'alephbet', isPerGoal = false }: GimelOptions = {}): TrackingAdapter {
  function uuidOf(experiment: Experiment, goal: string, isUnique: boolean): string {
    const user = userOf(experiment)
    if (user === undefined || !isUnique) return chance()
    return sha1(new TextEncoder().encode([namespace, experiment.name, ...(isPerGoal ? [goal] : []), user].join('.')))
  }

  function track(experiment: Experiment, variant: string, event: string, isUnique: boolean): void {
    if (hasOptedOut()) return
    const asked = new URL(url, globalThis.location?.href)
    const uuid = uuidOf(experiment, event, isUnique)
    for (const [name, value] of Object.entries({ experiment: experiment.name, uuid, variant, event, namespace }))
      asked.searchParams.set(name, value)
    put(asked.href)
    flush()
  }

  flush()
  return {
    experiment_start: (experiment, variant) => track(experiment, variant, 'participate', true),
    goal_complete: (experiment, variant, goal, { unique = true }) => track(experiment, variant, goal, unique),
  }
}

const chance = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Asked each time: reading it may be refused, and to a server there is none. */
function store(): Record<string, string> {
  try {
    return globalThis.localStorage ?? memory
  } catch {
    return memory
  }
}

/** Oldest first. */
const waiting = (from: Record<string, string>): string[] =>
  Object.keys(from)
    .filter((name) => name.startsWith(QUEUE))
    .sort()

function put(address: string): void {
  const name = `${QUEUE}${Date.now()}${Math.random()}`
  const kept = store()
  try {
    kept[name] = address
  } catch {
    memory[name] = address
  }
  for (const from of [kept, memory]) for (const old of waiting(from).slice(0, -MOST)) delete from[old]
}

/** All that waits and is not under way already. */
function flush(): void {
  for (const from of new Set([store(), memory]))
    for (const name of waiting(from)) if (!underWay.has(name)) void send(from, name)
}

async function send(from: Record<string, string>, name: string): Promise<void> {
  underWay.add(name)
  try {
    const { status } = await fetch(from[name]!, { keepalive: true, credentials: 'omit' })
    if (status === 200) delete from[name]
  } catch {}
  underWay.delete(name)
}
