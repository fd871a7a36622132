/** What may be asked of a decision log. */
import { PERIODS, site } from './graph'
import { may, query, text } from './parameter'

export const DecisionsQuery = query({
  site: site(),
  period: may(
    text(),
    `When it was decided: ${PERIODS}, \`day:30d\`, \`2026-01-01..2026-01-31\`. Default all that is kept.`,
    '7d',
  ),
  from: may(text(), 'Unix milliseconds or ISO 8601, instead of a period; a date alone is the start of that day.'),
  to: may(text(), 'The same, and before it; default now.'),
})
