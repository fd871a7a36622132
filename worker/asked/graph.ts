/** What `/graph` and its kin may be asked: parameters, each by itself. What they mean together, and of a site, routes/question says. */
import * as v from 'valibot'
import { COMPARISONS, INTERVALS } from '../../sdk/wire/query'
import { DEPTH } from '../ingest/limits'
import { parseWhere } from '../rollup/where'
import { ORDERS } from '../whale/rank'
import { alias, elsewhere, flag, may, number, one, query, read, text, whole } from './parameter'
import { metrics, order, path, type } from './words'

const MOST_CHILDREN = 1_000
/** No page begins further on than anything can be ranked. */
const MOST_OFFSET = 20_000
/** Narrower than a phone or wider than a wall is a typing error. */
const WIDTHS = [120, 4_000] as const
const HEIGHTS = [60, 4_000] as const
export const PERIODS = '`today` `yesterday` `24h` `7d` `30d` `90d` `12mo` `wtd` `mtd` `qtd` `ytd` `all`'

export const site = () => may(text(), "The site's number or name; a site's own key and a share say it themselves.")

const filter = () =>
  read((text) => {
    const made = parseWhere(text)
    return 'problem' in made ? made : { value: made }
  })

/** What each of them takes. */
const ASKED = {
  site: site(),
  type: may(type(), 'A dotted name; default `_`, the type of events that were sent without one.', 'pageview'),
  pk: alias(type(), 'type'),
  dimension: may(path(), 'A path as JSON, or one name; default the root, `_`.', '["country","SE"]'),
  dimensions: alias(path(), 'dimension'),
  metric: may(
    metrics(),
    'Default `hits`; several between commas; `a/b` a ratio, `m:+` a running total, `m:_` the last value carried on.',
    'hits,sessions',
  ),
  metrics: alias(metrics(), 'metric'),
}
const WHERE = {
  where: may(filter(), 'A filter over raw events, as JSON: counts anew what matches.', '{"country":"SE"}'),
}
const TIME = {
  interval: may(one(INTERVALS), "Default by the period's length."),
  period: may(text(), `Default \`24h\`; ${PERIODS}, \`day:30d\`, \`2026-01-01..2026-01-31\`.`, '7d'),
  from: may(text(), 'Unix milliseconds or ISO 8601, instead of a period; a date alone is the start of that day.'),
  to: may(text(), 'The same; default now.'),
  tz: may(text(), 'Another zone for hours, days and weeks, whole hours from the site’s own.', 'Europe/Stockholm'),
  tzoffset: alias(text(), 'tz', 'hundredths of hours ahead of UTC, -700'),
}
const COMPARED = {
  compare: may(one(COMPARISONS), 'Beside each series the same numbers earlier.'),
}
const CHILDREN = {
  depth: may(whole(0, DEPTH), 'Children to so many levels; default 0.'),
  sort: may(
    order(),
    'A metric to sort children by, with `-` the greatest first; default the first metric, greatest first.',
  ),
  limit: may(whole(1, MOST_CHILDREN), 'So many children of each; default 10.'),
}
const RESTED = {
  rest: may(flag(), 'Whether what the limit cuts is summed as `…`.'),
  threshold: may(
    number(0, 1, '; a tenth is 0.1'),
    "Children below this share of their parent's total are summed as `…`.",
  ),
}
/** A share in the URL is a key of its own: see the security schemes. A script may add `at` so that a picture is fetched anew. */
const SHARED = {
  share: may(text(), 'A share, instead of a key.'),
}
const SIZE = {
  width: may(number(...WIDTHS), 'Pixels, of `/graph.svg`; default 640.'),
  height: may(number(...HEIGHTS), 'Pixels, of `/graph.svg`; default 240.'),
}
const DRAWN = {
  title: may(text(), 'A title, of `/graph.svg`.'),
  theme: may(text(), '`light` or `dark`, of `/graph.svg`; else as the reader has it.'),
  at: may(text(), 'Anything: another URL, so that a picture is fetched anew.'),
}

export const GraphQuery = query({
  ...ASKED,
  ...WHERE,
  ...TIME,
  ...COMPARED,
  ...CHILDREN,
  ...RESTED,
  ...SHARED,
  ...SIZE,
  ...DRAWN,
})
export type GraphQuery = v.InferOutput<typeof GraphQuery>

/** Several periods between commas, each of which is summed. */
export const TotalsQuery = query({
  ...GraphQuery.entries,
  period: may(
    text(),
    'Several between commas; default `minute:1h,hour:24h,day:7d,day:30d,month:12mo,all`.',
    'today,30d',
  ),
})

const GRAPHS_OWN = { compare: elsewhere('/graph'), rest: elsewhere('/graph'), where: elsewhere('/graph') }
const offset = () => may(whole(0, MOST_OFFSET), 'How many to pass over: `next` of the answer before.')
const depth = (otherwise: string) => may(whole(1, DEPTH), `Children to so many levels; default ${otherwise}.`)

/** `-score`: by what, and whether the greatest comes first. */
const rankOrder = () =>
  read(
    (text) => {
      const by = ORDERS.find((each) => each === text.replace(/^-/, ''))
      return by
        ? { value: { by, descending: text.startsWith('-') } }
        : { problem: `must be one of ${ORDERS.join(', ')}, with - for the greatest first` }
    },
    { enum: ORDERS.flatMap((order) => [`-${order}`, order]) },
  )

export const RankQuery = query({
  ...ASKED,
  metric: may(metrics(), 'One; default `hits`.', 'sessions'),
  ...TIME,
  depth: depth('1'),
  sort: may(rankOrder(), 'Default `-score`.'),
  limit: CHILDREN.limit,
  offset: offset(),
  threshold: may(number(0, 1), 'A total that is less than this share of the whole is not important; default 0.1.'),
  points: may(flag(), 'Whether each comes with its points.'),
  ...SHARED,
  ...SIZE,
  ...DRAWN,
  ...GRAPHS_OWN,
})

export const PlotpointsQuery = query({
  ...ASKED,
  ...TIME,
  depth: CHILDREN.depth,
  sort: CHILDREN.sort,
  limit: may(whole(1, MOST_CHILDREN), 'So many of all levels together, the path asked for among them; default 10.'),
  with_totals: may(flag(), 'Whether each list ends with `["Total", …]`.'),
  ...SHARED,
  ...SIZE,
  ...DRAWN,
  ...GRAPHS_OWN,
  threshold: elsewhere('/graph'),
})

export const DimensionsQuery = query({
  ...ASKED,
  metric: may(metrics(), 'Several between commas; without it names alone are answered, in order.', 'hits'),
  ...TIME,
  depth: depth('1, and all with `recursive`'),
  sort: CHILDREN.sort,
  limit: CHILDREN.limit,
  offset: offset(),
  recursive: may(flag(), 'Whether the path itself and all levels below it are listed.'),
  ...SHARED,
  ...SIZE,
  ...DRAWN,
  ...GRAPHS_OWN,
  threshold: elsewhere('/graph'),
})

export const CubeDimensionsQuery = query({
  ...ASKED,
  prefix: may(path(), 'The path whose children are listed, as `dimension`; default the root.', 'country'),
  ...TIME,
  limit: may(whole(1, MOST_CHILDREN), `So many; default ${MOST_CHILDREN}.`),
  offset: offset(),
})

export const CubeMeasuresQuery = query({ ...ASKED, ...TIME })

const { site: _site, width: _width, height: _height, ...framed } = GraphQuery.entries

/** The frame's size is the graph's, and the site is the share's own. */
export const EmbedQuery = query({
  ...framed,
  refresh: may(text(), 'Seconds after which the numbers are asked anew.'),
})
