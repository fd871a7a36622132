/** What may be asked of what happens now. */
import { SPIED } from '../whale/spy'
import { site } from './graph'
import { may, query, text, whole } from './parameter'
import { path } from './words'

/** A type or a metric is no longer than a name. */
const MOST_CHARACTERS = 256

const type = (about: string) => may(text(MOST_CHARACTERS), about, 'pageview*')

export const SpyQuery = query({
  site: site(),
  limit: may(whole(1, SPIED), `So many of the last ${SPIED}; default 15.`),
  type: type('An exact type, or a prefix with `*`; default all.'),
})

export const TailQuery = query({
  site: site(),
  type: type('An exact type, or a prefix with `*`; default all.'),
})

export const LiveQuery = query({
  site: site(),
  type: type('A type and what is below it; default all.'),
  dimension: may(path(), 'A path whose children are told apart; default the root.', 'page'),
  metric: may(text(MOST_CHARACTERS), 'Default `hits`.'),
  by: may(path(), 'A path; of each of its children the newest `metric`. Default as `dimension`.'),
})
