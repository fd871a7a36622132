/**
 * The bearer of a share: opens it, and holds it to its time, to what the owner revoked, and to the pages it was made for.
 * What may be read with it is judged where a question is parsed, in `scope`.
 */
import type { Context } from 'hono'
import { encode } from '../../sdk/wire/base64url'
import { open, read, weekOf } from '../../sdk/wire/envelope'
import { readShare, type Scope } from '../../sdk/wire/plaintext'
import type { Env } from '../env'
import { fits, sourcesOf } from '../ingest/origins'
import { deploymentOf } from './deployment'
import { Problem } from './problem'

export interface Shared {
  level: 'share'
  site: number
  scope: Scope
}

const unknown = () => new Problem(401, 'this share is not known here', 'share')
const revoked = () => new Problem(401, 'this share was revoked', 'share')

/** `own` is this deployment's own origin, whose pages show any share. */
export async function openShare(
  c: Context<{ Bindings: Env }>,
  { text, own, now }: { text: string; own: string; now: number },
): Promise<Shared> {
  const { directory, keys } = await deploymentOf(c.env)
  const envelope = read(text)
  if (envelope?.kind !== 'share') throw unknown()
  const site = await directory.site(c.env, envelope.site, now)
  if (site && weekOf(envelope.epoch) < (site.versions.share ?? 0)) throw revoked()
  const key = site && (await keys.derive('share', envelope.site, envelope.epoch))
  const plain = key && open(envelope, key)
  const share = plain === undefined ? undefined : readShare(plain)
  if (!site || !share) throw unknown()
  if (share.expires && share.expires * 1000 <= now) throw new Problem(401, 'this share has expired', 'share')
  if (site.revoked.includes(encode(envelope.random))) throw revoked()
  checkPage(c, share.scope, own)
  return { level: 'share', site: site.site, scope: share.scope }
}

/** An `<img>` and a frame send no Origin but mostly a Referer; who sends neither is let in only where the owner said so. */
function checkPage(c: Context, { origins, allowMissing }: Scope, own: string): void {
  if (!origins) return
  const [origin, referer] = [c.req.header('origin'), c.req.header('referer')]
  const isMissing = origin === undefined && referer === undefined
  const pages = `this share is for pages of ${origins.join(', ')}`
  if (isMissing && !allowMissing) throw new Problem(403, `${pages}, and the request names no page`, 'origins')
  if (!fits([...origins, own], { origin, referer })) throw new Problem(403, pages, 'origins')
  // Where every reading route says `*`.
  c.header('Access-Control-Allow-Origin', origin)
  c.header('Vary', 'Origin', { append: true })
}

/** Which pages may frame an answer, as the end of a policy: of a share those that it names, else all; of a key none but ours. */
export function framing(access: Pick<Shared, 'level' | 'scope'> | { level: 'admin' | 'write' | 'read' }): string {
  if (access.level !== 'share') return `; frame-ancestors 'self'`
  const { origins } = access.scope
  return origins ? `; frame-ancestors 'self' ${origins.flatMap(sourcesOf).join(' ')}` : ''
}
