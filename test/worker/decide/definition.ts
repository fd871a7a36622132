import type { Definition } from '../../../worker/decide/definition'
import { DEFAULTS } from '../../../worker/decide/experiment'

/** An experiment of two arms, made at the beginning of time. */
export const definitionOf = (more: Partial<Definition> = {}): Definition => ({
  ...DEFAULTS,
  key: 'page',
  arms: ['a', 'b'].map((id) => ({ id, weight: 1 })),
  dimensions: [],
  number: 1,
  num: 'reward',
  den: 'hits',
  status: 'running',
  isHidden: false,
  hash: 'murmur',
  sticky: 86_400_000,
  created: 0,
  ...more,
})
