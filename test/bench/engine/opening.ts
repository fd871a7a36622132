/**
 * Opens envelopes in this isolate, one after the other, by the very code that the routes open them with. What is to be
 * opened comes once and stays, so that a measured call carries nothing but its name.
 */
import { Keys, parseMaster } from '../../../worker/ingest/keys'
import { SharedKeys } from '../../../worker/ingest/shared'
import { verify } from '../../../worker/ingest/verify'
import { siteWith } from '../../site'
import type { Sealed } from './report'

interface Lock {
  keys: Keys
  shared: SharedKeys
  /** Unix milliseconds. */
  now: number
}

let lock: Lock | undefined
let texts: readonly string[] = []

export function bring(sealed: Sealed): void {
  const master = parseMaster(sealed.master)
  if ('problem' in master) throw new Error(master.problem)
  const keys = new Keys(master)
  lock = { keys, shared: new SharedKeys(keys), now: sealed.now }
  texts = sealed.texts
}

/** The first so many. `cold`: no page load's key is known before. */
export async function open(site: number, count: number, cold: boolean): Promise<number> {
  if (!lock) throw new Error('nothing was brought')
  if (cold) lock.shared = new SharedKeys(lock.keys)
  const listed = siteWith({ site })
  const verifier = { ...lock, siteOf: () => listed }
  for (let i = 0; i < count; i++) {
    const opened = await verify(texts[i]!, verifier)
    if ('refusal' in opened) throw new Error(`envelope ${i} is refused: ${opened.refusal}`)
  }
  return count
}
