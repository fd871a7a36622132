/** What is drawn: where an experiment stands, and what its reader chose to see of it. */
import type { Graph } from '../wire/query'
import type { Arm, Standing } from './standing'

export interface View {
  standing: Standing
  /** Options that are not to be seen. */
  hidden: ReadonlySet<string>
  /** Rates so far, of all options, by time. */
  rates?: Graph
}

/** An option that is shown; its index is its colour, whatever is hidden. */
export interface Shown {
  arm: Arm
  index: number
}

export const shownIn = ({ standing, hidden }: View): Shown[] =>
  standing.arms.map((arm, index) => ({ arm, index })).filter(({ arm }) => !hidden.has(arm.id))
