/**
 * An event as a reader may see it: all it counts, and not whose it is. It is written once and travels as text, since
 * nobody on the way looks at more than its type.
 */
import type { Event } from '../../sdk/wire/event'

export interface Shown {
  type: string
  /** JSON: at, type, dimensions, metrics, and gauges where it has some. */
  text: string
}

export const shown = ({ at, type, dimensions, metrics, gauges }: Event): Shown => ({
  type,
  text: JSON.stringify({ at, type, dimensions, metrics, gauges }),
})
