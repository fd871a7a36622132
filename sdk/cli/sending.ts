/**
 * Which secrets go up with a deploy, and why: arithmetic over names and hashes, that never sees a secret. One that a Worker
 * has is left alone, unless it is known to have changed here since it was sent from here; and what was sealed with keys
 * that are not among the new ones could be opened no more, so that is never done unasked.
 */
import { NAMES, type Hashes, type Name } from './copy'
import { Stop } from './stop'

export interface Known {
  /** What the Worker has, by name. */
  remote: ReadonlySet<string>
  /** What was sent from here before; empty where that is not known. */
  uploaded: Hashes
  /** What lies here now. */
  here: Hashes
  /** What was made for this deploy. */
  made: ReadonlySet<Name>
  /** What comes from the environment. */
  given: ReadonlySet<Name>
  /** Whether all are to be sent, whatever the Worker has. */
  all: boolean
}

export type Why = 'it had none' | 'new' | 'changed' | 'from the environment' | 'as you say'

/** Of each secret that goes up, why. */
export function sendingOf(known: Known): Map<Name, Why> {
  const reasons = NAMES.flatMap((name) => {
    const why = whyOf(name, known)
    return why ? [[name, why] as const] : []
  })
  const sending = new Map(reasons)
  if (sending.has('GRAUPEL_MASTER') && !known.all && isStranger(known)) throw new Stop(STRANGER)
  return sending
}

function whyOf(name: Name, { remote, uploaded, here, made, given, all }: Known): Why | undefined {
  if (given.has(name)) return 'from the environment'
  if (!remote.has(name)) return 'it had none'
  if (made.has(name)) return 'new'
  if (all) return 'as you say'
  return uploaded[name] && String(uploaded[name]) !== String(here[name]) ? 'changed' : undefined
}

const STRANGER = `none of the master keys here is known to be the Worker's: with others nothing could be opened that was sealed so far.
Put back your copy. If these are its own, or nothing that was counted or minted is to stay:  graupel deploy --secrets`

/** A rotation keeps a key of before. Where the Worker has no key there is nothing to lose. */
function isStranger({ remote, uploaded, here, given }: Known): boolean {
  const before = uploaded.GRAUPEL_MASTER
  if (!remote.has('GRAUPEL_MASTER')) return false
  // The copy is not sent then; what stands in the environment may be meant for another server.
  if (!before) return given.has('GRAUPEL_MASTER')
  return !here.GRAUPEL_MASTER?.some((hash) => before.includes(hash))
}
