/**
 * What a share lets its bearer ask. What is left unsaid is taken from the scope, so that the share alone is a question;
 * what is said narrows it, and what lies outside is a 403 that names the parameter. Whole buckets are read, so they must
 * lie within the share's periods too, and so must what is compared.
 */
import type { Path } from '../../sdk/wire/event'
import type { Scope } from '../../sdk/wire/plaintext'
import { INTERVALS, type Interval } from '../../sdk/wire/query'
import type { Site } from '../ingest/settings'
import { type Period, periodOf } from '../rollup/period'
import { type Question, spansOf } from '../whale/question'
import type { Access } from './access'
import { Problem } from './problem'

/** What most people mean by a site's numbers: a share is made to be shown. */
const SHARED_TYPE = 'pageview'

/** What is asked where nothing is said. */
export interface Unsaid {
  type: string
  dimension: Path
  metrics: readonly string[]
  period: string
}

const UNSAID: Unsaid = { type: '_', dimension: [], metrics: ['hits'], period: '24h' }

export function unsaid(access: Access): Unsaid {
  if (access.level !== 'share') return UNSAID
  const { dimension, metrics, period } = UNSAID
  const { scope } = access
  return {
    type: scope.type ?? SHARED_TYPE,
    dimension: scope.dimension ?? dimension,
    metrics: scope.metrics ?? metrics,
    period: scope.periods?.[0] ?? period,
  }
}

/** The interval that draws a period well, or the next longer one that the share shows, or its longest. */
export function shownInterval(fits: Interval, access: Access): Interval {
  const { intervals } = scopeOf(access)
  if (!intervals || intervals.includes(fits)) return fits
  const shown = INTERVALS.filter((each) => intervals.includes(each))
  return shown.find((each) => INTERVALS.indexOf(each) > INTERVALS.indexOf(fits)) ?? shown.at(-1) ?? fits
}

/** Of several usual periods, `interval:length`, what a share shows: its own, or those drawn by an interval of its. */
export function shownPeriods(usual: readonly string[], access: Access): readonly string[] {
  const { periods, intervals } = scopeOf(access)
  const shown = periods ?? usual.filter((text) => !intervals || intervals.includes(text.split(':')[0]!))
  return shown.length ? shown : [unsaid(access).period]
}

export function checkScope(question: Question, access: Access, site: Site, query: { from?: string | undefined }): void {
  if (access.level !== 'share') return
  const { type, dimension, metrics, intervals } = access.scope
  const isBelow = type === undefined || question.type === type || question.type.startsWith(`${type}.`)
  if (!isBelow) throw outside('type', [`type ${type}`])
  if (dimension?.some((name, i) => question.dimension[i] !== name))
    throw outside('dimension', [JSON.stringify(dimension)])
  if (metrics && !question.metrics.every(({ text }) => metrics.includes(text))) throw outside('metric', metrics)
  if (metrics && !metrics.includes(question.sort.metric.text)) throw outside('sort', metrics)
  // A filter by what a share does not show would tell it all the same.
  if (question.where) throw new Problem(403, 'where: a share takes no filter', 'where')
  if (intervals && !intervals.includes(question.interval)) throw outside('interval', intervals)
  checkTime(question, access.scope, site, query)
}

function checkTime(question: Question, { periods }: Scope, site: Site, query: { from?: string | undefined }): void {
  if (!periods) return
  const { compare, ...alone } = question
  const { from, to, now, interval } = alone
  const shown = periods.map((text) => periodOf(text, now, site.zones)).filter((each): each is Period => 'from' in each)
  // Of what is to come there is nothing to show.
  const isShown = (span: Pick<Period, 'from' | 'to'>) =>
    shown.some((period) => span.from >= period.from && Math.min(span.to, now + 1) <= period.to)
  if (!isShown({ from, to })) {
    const isEarly = shown.every((period) => from < period.from)
    throw outside(query.from === undefined ? 'period' : isEarly ? 'from' : 'to', periods)
  }
  if (!spansOf(alone).every(isShown)) {
    const mend = `a period such as ${interval}:30d is made of whole ones`
    throw outside('interval', periods, `, and a whole ${interval} reaches beyond it; ${mend}`)
  }
  if (compare && !spansOf(question).every(isShown))
    throw outside('compare', periods, ', and what it would be compared with lies before')
}

const scopeOf = (access: Access): Scope => (access.level === 'share' ? access.scope : {})

const outside = (field: string, shown: readonly string[], more = ''): Problem =>
  new Problem(403, `${field}: this share shows only ${shown.join(', ')}${more}`, field)
