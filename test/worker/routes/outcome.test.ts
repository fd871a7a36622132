/** What one outcome becomes on its way to a Hail. */
import { expect, test } from 'vitest'
import { definedBy } from '../../../worker/routes/defined'
import { entriesOf } from '../../../worker/routes/outcome'
import { Keys } from '../../../worker/ingest/keys'
import { sealToken } from '../../../worker/ingest/token'
import { siteWith } from '../../site'
import { MASTER } from '../ingest/sealed'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const keys = new Keys(MASTER)
const NOW = Date.UTC(2026, 10, 26)
const site = siteWith({ fixedShards: 16 })
const wish = { decision: 'page', options: ['a', 'b'], by: { num: 'earned', den: 'hits' }, window: (30 * DAY) / 1_000 }
const definition = { ...definedBy(wish), number: 1, created: NOW - 90 * DAY }

test.each(['a', 'b'])('meets the same Hail under the same id however old its decision is, of %s', async (option) => {
  const choice = { site: site.site, decision: 'page', option }
  const id = await sealToken(keys, choice, { number: 1, version: 1, at: NOW, propensities: [0.5, 0.5], context: [] })
  const told = { decision: 'page', option, id, metrics: { earned: 7 } }
  const rewardAt = async (now: number) => {
    const made = await entriesOf(told, { keys, site, experiments: new Map([['page', definition]]), now })
    if ('why' in made) throw new Error(made.why)
    const { shard, id: known } = made.at(-1)!
    return { shard, known, entries: made.length }
  }
  const [early, late] = [await rewardAt(NOW + 71 * HOUR), await rewardAt(NOW + 73 * HOUR)]
  expect(early).toMatchObject({ entries: 2 })
  expect(late).toEqual({ ...early, entries: 1 })
})
