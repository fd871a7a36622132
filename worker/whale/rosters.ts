/** What a Whale is asked of experiments that are counted by visitors, in Gimel's way: their results, and to forget one. */
import { cleanName } from '../ingest/name'
import { typeOfTracked } from '../ingest/tracking'
import { isSame, type Scope, type Tracked } from '../rollup/erase'
import type { Chores } from './chores'
import type { Life } from './life'
import type { Readings } from './readings'
import { intend } from './reset'
import type { Results } from './tracks'

export interface Told {
  experiments: Results[]
  /** All that there are at the site. */
  namespaces: string[]
  partial?: true
}

export class Rosters {
  constructor(
    private readonly life: Life,
    private readonly readings: Readings,
    private readonly chores: Chores,
  ) {}

  /** A name may have commas itself, so the scope is not cut at them: what stands between two is named. */
  async tracked(namespace: string, scope?: string): Promise<Told> {
    const { tracks, ...partial } = await this.readings.tracks()
    const isNamed = ({ experiment }: Results) => scope === undefined || `,${scope},`.includes(`,${experiment},`)
    return {
      experiments: tracks.results(namespace).filter(isNamed),
      namespaces: [...new Set(tracks.experiments.map((each) => each.namespace))].sort(),
      ...partial,
    }
  }

  /** Takes an experiment away, with whom it knows and what it counted; false where there is none. */
  async untrack(tracked: Tracked): Promise<boolean> {
    const { tracks, partial } = await this.readings.tracks()
    const others = tracks.experiments.filter((each) => !isSame(each, tracked))
    if (!partial && others.length === tracks.experiments.length) return false
    const counts = this.countsOf(tracked, others)
    const now = Date.now()
    await this.chores.reset({ tracked }, () => {
      if (counts) intend(this.life.sql, { id: crypto.randomUUID(), scope: counts }, now)
    })
    return true
  }

  /** What was counted for it and for nothing else. Names may differ, and be one word in a type. */
  private countsOf({ namespace, experiment }: Tracked, others: readonly Tracked[]): Scope | undefined {
    const type = typeOfTracked(experiment)
    const alike = others.filter((each) => typeOfTracked(each.experiment) === type)
    if (!alike.length) return { type }
    const name = cleanName(namespace)
    return alike.some((each) => cleanName(each.namespace) === name) ? undefined : { type, path: ['namespace', name] }
  }
}
