/**
 * The secrets of one deploy: taken from the environment or the copy, made where there are none on either side, and refused
 * where making them would part a Worker from what it has. What went up is remembered beside the copy.
 */
import { type Place, secretsOf } from './cloudflare'
import { type Copy, type Hashes, hashesOf, NAMES, type Name, type Secrets } from './copy'
import type { Plan } from './plan'
import { sendingOf, type Why } from './sending'
import { Stop } from './stop'

const gone = (worker: string, { folder }: Copy) =>
  new Stop(`the Worker ${worker} has secrets, and there is no copy of its keys in ${folder}.
Cloudflare shows them to nobody, and new ones would open nothing that was sealed. Put the folder back from your copy, or
give what you set elsewhere in GRAUPEL_MASTER and GRAUPEL_ADMIN, with --secrets. For a new deployment beside that one:
  graupel deploy --name ANOTHER --keys ANOTHER-FOLDER`)

/** All secrets of the deployment, made where that may be; and of each that is to be sent, why. */
export async function secretsFor(plan: Plan, place: Place): Promise<{ secrets: Secrets; sending: Map<Name, Why> }> {
  const { given, copy, all } = plan
  const remote = await secretsOf(place)
  const hasAny = NAMES.some((name) => remote.has(name))
  if (hasAny && !given.GRAUPEL_MASTER && !copy.has('GRAUPEL_MASTER')) throw gone(place.worker, copy)
  const made = new Set(NAMES.filter((name) => !given[name] && !copy.has(name)))
  const secretOf = (name: Name) => given[name] ?? copy.takeOrMake(name)
  const secrets = { GRAUPEL_MASTER: secretOf('GRAUPEL_MASTER'), GRAUPEL_ADMIN: secretOf('GRAUPEL_ADMIN') }
  const uploaded = copy.uploadedTo(place)
  const isGiven = new Set(NAMES.filter((name) => given[name]))
  const sending = sendingOf({ remote, uploaded, here: hashed(secrets, NAMES), made, given: isGiven, all })
  return { secrets, sending }
}

export const some = (secrets: Secrets, sending: Map<Name, Why>): Record<string, string> =>
  Object.fromEntries([...sending.keys()].map((name) => [name, secrets[name]]))

const hashed = (secrets: Secrets, names: Iterable<Name>): Hashes =>
  Object.fromEntries([...names].map((name) => [name, hashesOf(secrets[name])]))

/** An admin token from the environment may be a word that a hash gives away: of that, only that it was another. */
export function remember({ given, copy }: Plan, place: Place, secrets: Secrets, names: Iterable<Name>): void {
  const hashes = hashed(secrets, names)
  if (!Object.keys(hashes).length) return
  copy.remember(place, hashes.GRAUPEL_ADMIN && given.GRAUPEL_ADMIN ? { ...hashes, GRAUPEL_ADMIN: [] } : hashes)
}
