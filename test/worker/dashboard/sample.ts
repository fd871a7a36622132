/** A site's numbers as the route gathers it, small enough to be read. */
import type { Answer, Home, Overview } from '../../../worker/dashboard/view'

type Row = readonly [dimension: string[], metrics: Record<string, number>]

export const answer = (type: string, ...rows: Row[]): Answer => ({
  type,
  interval: 'hour',
  timezone: 'Europe/Stockholm',
  from: 0,
  to: 7_200_001,
  series: rows.flatMap(([dimension, metrics]) =>
    Object.entries(metrics).map(([metric, total]) => ({
      dimension,
      metric,
      total,
      points: [
        [0, total],
        [3_600_000, 0],
      ] satisfies [number, number][],
    })),
  ),
})

export const overview = (given: Partial<Overview> = {}): Overview => ({
  period: '24h',
  isNew: false,
  views: answer('pageview', [
    [],
    { hits: 1234, visitors: 80, sessions: 100, engaged: 60, bounce_rate: 0.4, pages_per_session: 12.34 },
  ]),
  pages: answer('pageview'),
  sources: answer('pageview'),
  countries: answer('pageview'),
  browsers: answer('pageview'),
  downloads: answer('download', [['file'], { hits: 7 }]),
  campaigns: answer('pageview'),
  events: [],
  refused: [],
  stray: [],
  ...given,
})

export const home = (given: Partial<Overview> = {}, name = 'Tea'): Home => ({
  sites: [{ site: 4711, name }],
  site: { site: 4711, name, timezone: 'Europe/Stockholm', origins: [], snippet: '<script src="/b/4711.js"></script>' },
  overview: overview(given),
})
