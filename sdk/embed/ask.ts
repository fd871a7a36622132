/** Asks `/graph` what an element's attributes say. What goes wrong is an answer too, in words for whoever looks at the page. */
import { overlaid } from '../chart/overlay'
import type { Graph } from '../wire/query'

/** The attributes that are a question; all but the share may be left out. */
export const ASKED =
  'share type dimension metric interval period from to tz compare depth sort limit rest threshold host'.split(' ')

export type Answer = { graph: Graph } | { problem: string; isFinal: boolean }

/** Too many at once: the one refusal that is over by itself. */
const TOO_MANY = 429

const AWAY: Answer = { problem: 'The graph can’t be loaded just now.', isFinal: false }

export async function ask(
  attribute: (name: string) => string | null,
  home: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  if (!attribute('share')) return { problem: 'No share is given.', isFinal: true }
  try {
    const url = new URL('/graph', attribute('host') ?? home)
    for (const name of ASKED) {
      const value = attribute(name)
      if (value && name !== 'host') url.searchParams.set(name, value)
    }
    // The origin is all that a share may ask for; on a page of the server's own the Referer alone says it.
    const response = await fetch(url, { signal, credentials: 'omit', referrerPolicy: 'origin' })
    return await answerOf(response)
  } catch {
    return AWAY
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const { ok, status } = response
  if (!ok && (status >= 500 || status === TOO_MANY)) return AWAY
  const body = (await response.json()) as Graph & { detail?: string } // Our own server's: a graph, or a problem.
  if (ok) return { graph: overlaid(body) }
  return { problem: body.detail ?? 'The graph can’t be shown.', isFinal: true }
}
