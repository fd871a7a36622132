/** What the server thinks of the front page: counted so far, and which option a country is served most. */
import { setTimeout as sleep } from 'node:timers/promises'
import { EXPERIMENT } from '../../sdk/cli/demo'
import { paint } from '../../sdk/cli/say'
import { ask, Refused, type Server } from '../../sdk/cli/server'
import { Stop } from '../../sdk/cli/stop'
import { PLACES } from './place'
import { bestOf, truthOf } from './truth'

/** As `/experiments/<name>` tells it, in part. */
export interface Thought {
  status: string
  options: readonly string[]
  arms: readonly { id: string; trials: number; num: number }[]
  weights: readonly { context: Readonly<Record<string, string>>; probabilities: readonly number[] }[]
}

const PATH = `/experiments/${encodeURIComponent(EXPERIMENT.decision)}`

/** Makes it where there is none. `reader` and `writer` speak with the site's keys. */
export async function begin(reader: Server, writer: Server): Promise<Thought> {
  const known = await ask<Thought>(reader, 'GET', PATH).catch((error: unknown) => {
    if (error instanceof Refused && error.status === 404) return undefined
    throw error
  })
  if (!known) {
    await ask(writer, 'POST', '/experiments', EXPERIMENT)
    return ask<Thought>(reader, 'GET', PATH)
  }
  if (known.status !== 'running')
    throw new Stop(`the experiment "${EXPERIMENT.decision}" is ${known.status}: resume it`)
  if (EXPERIMENT.options.some((option, i) => known.options[i] !== option))
    throw new Stop(`the site has another experiment "${EXPERIMENT.decision}": rain on another site, by --site`)
  return known
}

/** Weights follow rewards within two seconds. */
const SETTLE_MS = 2_000

export async function thought(reader: Server): Promise<Thought> {
  await sleep(SETTLE_MS)
  return ask<Thought>(reader, 'GET', PATH, undefined, { patience: PATIENCE })
}
const PATIENCE = 30_000

/** Beside the truth of each country, with which probability it gets which. */
export function linesOf({ weights }: Thought): string[] {
  const found = PLACES.flatMap(({ country }) => {
    const own = weights.find(({ context }) => context.country === country && Object.keys(context).length === 1)
    return own ? [{ country, probabilities: own.probabilities }] : []
  })
  const right = found.filter(({ country, probabilities }) => bestOf(probabilities) === bestOf(truthOf(country))).length
  return [
    paint('dim', `${''.padEnd(NAME)}${'buys by'.padEnd(3 * NUMBER)}   is served now`),
    paint('dim', `${''.padEnd(NAME)}${header()}   ${header()}`),
    ...found.map(({ country, probabilities }) => {
      const isRight = bestOf(probabilities) === bestOf(truthOf(country))
      const sides = [truthOf(country), probabilities].map((side) => side.map(percent).join(''))
      return `  ${country.padEnd(NAME - 2)}${sides.join('   ')}  ${isRight ? paint('green', '✓') : paint('red', '✗')}`
    }),
    `the best option of ${right} of ${found.length} countries is the one that is served most there`,
  ]
}
const NAME = 6
const NUMBER = 8

const header = (): string => EXPERIMENT.options.map((option) => option.padStart(NUMBER)).join('')
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`.padStart(NUMBER)
