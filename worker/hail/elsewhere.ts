/**
 * Ids that another Hail may know. When a site gets more Hails, an event's own time says which of them takes it; but a clock
 * that ran ahead sent times of after the change to a Hail of before it, and the same bytes must not count again.
 */
import { type Env, hail } from '../env'
import type { Entry } from './log'

export type Named = Pick<Entry, 'bucket'> & { id: string }

/** Which entries were here before at another Hail. Throws where one does not answer: then nothing is counted yet. */
export async function knownElsewhere(env: Env, site: number, entries: readonly Entry[]): Promise<boolean[]> {
  const known = new Array<boolean>(entries.length).fill(false)
  const asked = new Map<number, { index: number; named: Named }[]>()
  entries.forEach(({ id, bucket, elsewhere = [] }, index) => {
    if (id === undefined) return
    for (const shard of elsewhere) asked.set(shard, [...(asked.get(shard) ?? []), { index, named: { id, bucket } }])
  })
  await Promise.all(
    [...asked].map(async ([shard, list]) => {
      const answers = await hail(env, site, shard).knows(list.map(({ named }) => named))
      list.forEach(({ index }, i) => {
        if (answers[i]) known[index] = true
      })
    }),
  )
  return known
}
