/** Asks the public API where an experiment stands, and how its options did by time. */
import type { Graph } from '../wire/query'
import { typeOfDecision } from '../wire/word'
import { metricsOf, ratesOf } from './rates'
import type { Standing } from './standing'

/** Whose numbers: a share says the site by itself; else the browser's own login opens it. */
export interface Asked {
  host: string
  decision: string
  site: string | null
  share: string | null
}

export class Refused extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

export const askStanding = (asked: Asked, control: string | undefined): Promise<Standing> =>
  get<Standing>(asked, `/experiments/${encodeURIComponent(asked.decision)}`, {
    ...(control !== undefined && { control }),
  })

/** Lines beyond these could not be told apart. */
const MOST_LINES = 8

export async function askRates(asked: Asked, standing: Standing): Promise<Graph | undefined> {
  const metric = metricsOf(standing).join()
  const from = String(standing.created)
  const asking = standing.arms.slice(0, MOST_LINES).map(({ id }) => {
    const type = typeOfDecision(asked.decision, id)
    return get<Graph>(asked, '/graph', { type, metric, from }).catch(() => undefined)
  })
  return ratesOf(await Promise.all(asking), standing)
}

async function get<Answer>({ host, site, share }: Asked, path: string, query: Record<string, string>): Promise<Answer> {
  const url = new URL(path, host)
  for (const [name, value] of Object.entries({ ...query, site: site ?? '', share: share ?? '' })) {
    if (value) url.searchParams.set(name, value)
  }
  const answer = await fetch(url, { credentials: share ? 'omit' : 'same-origin', referrerPolicy: 'origin' })
  const body = (await answer.json()) as Answer & { detail?: string } // Our own server's: what was asked, or a problem.
  if (!answer.ok) throw new Refused(answer.status, body.detail ?? `the server answered ${answer.status}`)
  return body
}
