/**
 * The bearer of a share: opens it, and holds it to its time, to what the owner revoked, and to the pages it was made for.
 * What may be read with it is judged where a question is parsed, in `scope`.
 */
import type { Context } from 'hono'
import { encode } from '../../sdk/wire/base64url'
import { open, read, weekOf } from '../../sdk/wire/envelope'
import { readShare, type Scope, type Share } from '../../sdk/wire/plaintext'
import type { Env } from '../env'
import { type Claims, fits, sourcesOf } from '../ingest/origins'
import type { Site } from '../ingest/settings'
import { deploymentOf } from './deployment'
import { Problem } from './problem'

export interface Shared {
  level: 'share'
  site: number
  scope: Scope
}

/** Why a share opens nothing, as its bearer may know. */
const ENDS = {
  unknown: 'this share is not known here',
  revoked: 'this share was revoked',
  expired: 'this share has expired',
} as const
export type End = keyof typeof ENDS

/** `own` is this deployment's own origin, whose pages show any share. */
export async function openShare(
  c: Context<{ Bindings: Env }>,
  { text, own, now }: { text: string; own: string; now: number },
): Promise<Shared> {
  const { directory } = await deploymentOf(c.env)
  const number = read(text)?.site
  const site = number === undefined ? undefined : await directory.site(c.env, number, now)
  const { share, end } = await held(c.env, { text, site, now })
  if (!site || !share || end) throw new Problem(401, ENDS[end ?? 'unknown'], 'share')
  checkPage(c, share.scope, own)
  return { level: 'share', site: site.site, scope: share.scope }
}

/** What a share of a site holds, if it was made here, and why it opens nothing any more. */
export async function held(
  env: Env,
  { text, site, now }: { text: string; site: Site | undefined; now: number },
): Promise<{ share?: Share; end?: End }> {
  const { keys } = await deploymentOf(env)
  const envelope = read(text)
  if (envelope?.kind !== 'share' || !site) return { end: 'unknown' }
  const key = await keys.derive('share', site.site, envelope.epoch)
  const plain = key && open(envelope, key)
  const share = plain === undefined ? undefined : readShare(plain)
  if (weekOf(envelope.epoch) < (site.versions.share ?? 0)) return { ...(share && { share }), end: 'revoked' }
  if (!share) return { end: 'unknown' }
  if (share.expires && share.expires * 1000 <= now) return { share, end: 'expired' }
  return site.revoked.includes(encode(envelope.random)) ? { share, end: 'revoked' } : { share }
}

/** An `<img>` and a frame send no Origin but mostly a Referer; who sends neither is let in only where the owner said so. */
function checkPage(c: Context, scope: Scope, own: string): void {
  if (!scope.origins) return
  const [origin, referer] = [c.req.header('origin'), c.req.header('referer')]
  const problem = pageProblem(scope, { origin, referer }, own)
  if (problem !== undefined) throw new Problem(403, problem, 'origins')
  // Where every reading route says `*`.
  c.header('Access-Control-Allow-Origin', origin)
  c.header('Vary', 'Origin', { append: true })
}

export function pageProblem({ origins, allowMissing }: Scope, claims: Claims, own: string): string | undefined {
  if (!origins) return undefined
  const isMissing = claims.origin === undefined && claims.referer === undefined
  const pages = `this share is for pages of ${origins.join(', ')}`
  if (isMissing && !allowMissing) return `${pages}, and the request names no page`
  return fits([...origins, own], claims) ? undefined : pages
}

/** Which pages may frame an answer, as the end of a policy: of a share those that it names, else all; of a key none but ours. */
export function framing(access: Pick<Shared, 'level' | 'scope'> | { level: 'admin' | 'write' | 'read' }): string {
  if (access.level !== 'share') return `; frame-ancestors 'self'`
  const { origins } = access.scope
  return origins ? `; frame-ancestors 'self' ${origins.flatMap(sourcesOf).join(' ')}` : ''
}
