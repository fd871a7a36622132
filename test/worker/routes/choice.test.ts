/** Inside workerd: whom a Worker gives which arm, against what Node and browsers draw (test/sdk/wire/split, test/browser/decided). */
import { expect, test } from 'vitest'
import { sha1 } from '../../../sdk/wire/sha1'
import type { Definition } from '../../../worker/decide/definition'
import { DEFAULTS } from '../../../worker/decide/experiment'
import { chosen } from '../../../worker/routes/choice'
import { ARMS, KEYS } from '../../arms'

test.each(ARMS)('a Worker gives 10,000 keys the arms that everybody gives, by $hash', ({ hash, weights, digest }) => {
  const definition: Definition = {
    ...DEFAULTS,
    key: 'Page',
    arms: weights.map((weight, i) => ({ id: String(i), weight })),
    policy: 'split',
    number: 1,
    num: 'reward',
    den: 'hits',
    status: 'running',
    isHidden: false,
    hash,
    sticky: 0,
    created: 0,
  }
  const drawn = KEYS.map((key) => chosen(definition, undefined, key, 0).option)
  expect(sha1(new TextEncoder().encode(drawn.join('')))).toBe(digest)
})
