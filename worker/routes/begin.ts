/** Makes an experiment, once: who wishes for the same again is told what there is. */
import type { Definition } from '../decide/definition'
import { type Env, pod } from '../env'
import type { Site } from '../ingest/settings'
import type { Beginning } from '../whale/board'
import { decider } from './decider'
import { isSame } from './defined'
import type { Deployment } from './deployment'
import { bad, Problem } from './problem'

export interface Begun {
  definition: Definition
  isNew: boolean
}

/** Throws a 409 where another has that name, or there are too many. */
export async function begun(
  { env, deployment, now }: { env: Env; deployment: Deployment; now: number },
  site: Site,
  wished: Beginning,
): Promise<Begun> {
  // What is counted here is learnt from there, where it is merged.
  if (site.upstream) throw bad('site', 'its events are forwarded to another Graupel: make the experiment there')
  if (!site.deciding) {
    // Before there is anything to decide: else isolates would hear of it never.
    await pod(env).update(site.site, { deciding: true }, {})
    await deployment.directory.refresh(env, now)
  }
  const whale = decider(env, site.site)
  const made = await whale.begin(wished)
  deployment.boards.forget(site.site)
  if (!('problem' in made)) return { definition: made, isNew: true }
  const { definitions = [] } = await whale.board({ since: 0 })
  const known = definitions.find(({ key }) => key === wished.key)
  if (known && isSame(known, wished)) return { definition: known, isNew: false }
  throw new Problem(409, known ? `${made.problem}, with other settings` : made.problem, 'decision')
}
