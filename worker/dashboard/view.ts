/** What the home page shows, as data: the route gathers it, the page draws it. */
import type { Graph } from '../../sdk/wire/query'

/** An answer to a question about one site. */
export type Answer = Omit<Graph, 'site'>

export interface Listed {
  site: number
  name: string
}

export interface Shown extends Listed {
  timezone: string
  origins: readonly string[]
  snippet: string
}

/** Why something was not counted, how often, and how to mend it. */
export interface Refused {
  reason: string
  events: number
  why: string
  mend: string
}

/** What can be chosen, by its name in the URL: how it is said, and what `/graph` is asked. */
export const PERIODS = {
  '24h': { name: '24 hours', period: '24h', each: 'hour' },
  '7d': { name: '7 days', period: 'hour:7d', each: 'hour' },
  '30d': { name: '30 days', period: '30d', each: 'day' },
  '12mo': { name: '12 months', period: 'week:12mo', each: 'week' },
} as const
export type PeriodName = keyof typeof PERIODS

/** One site over one period. */
export interface Overview {
  period: PeriodName
  /** Nothing was ever counted here. */
  isNew: boolean
  views: Answer
  pages: Answer
  sources: Answer
  countries: Answer
  browsers: Answer
  downloads: Answer
  campaigns: Answer
  /** The owner's own types, each with its root's hits. */
  events: readonly Answer[]
  refused: readonly Refused[]
  /** Refused before any site was known, since the deployment began. */
  stray: readonly Refused[]
}

export interface Home {
  sites: readonly Listed[]
  /** The site shown; absent where there is none, or none of that number. */
  site?: Shown
  overview?: Overview
  /** There is none of the owner's own yet; by default, where there is none at all. */
  isFirst?: boolean
}

export const METRICS = [
  'hits',
  'visitors',
  'sessions',
  'sessions_by_time',
  'sessions_by_referrer',
  'engaged',
  'bounce_rate',
  'pages_per_session',
] as const

/** A metric's total at a path; 0 where nothing was counted. */
export const totalOf = ({ series }: Answer, metric: string, dimension: readonly string[] = []): number =>
  series.find((each) => each.metric === metric && isSame(each.dimension, dimension))?.total ?? 0

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i])
