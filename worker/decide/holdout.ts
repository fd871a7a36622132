/** What deciding is worth: all that was decided, over those who got every arm alike. */
import { ratioOf } from './belief'
import { less, type Moments } from './moments'

export interface Holdout {
  /** Of each arm, where all were served alike. */
  rates: number[]
  /** What all others earned over that; null where either has too little. */
  lift: number | null
}

/** `holdout` is a part of `seen`; null where nobody was held out. */
export function heldOut(seen: readonly Moments[], holdout: readonly Moments[]): Holdout | null {
  if (holdout.every(({ n }) => n === 0)) return null
  const sum = (list: readonly Moments[], field: 'x' | 'y') => list.reduce((all, moments) => all + moments[field], 0)
  const alike = { x: sum(holdout, 'x'), y: sum(holdout, 'y') }
  const others = less(seen, holdout)
  const rest = { x: sum(others, 'x'), y: sum(others, 'y') }
  const lift = alike.x > 0 && alike.y > 0 && rest.y > 0 ? rest.x / rest.y / (alike.x / alike.y) - 1 : null
  return { rates: holdout.map(ratioOf), lift }
}
