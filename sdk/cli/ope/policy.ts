/**
 * A policy that might have decided: of a decision's context it makes how probable it would have shown each option. What it
 * leaves out it would never have shown.
 */
import type { Decision } from './decision'

export type Shares = ReadonlyMap<string, number>

export interface Policy {
  name: string
  /** The dimension that it goes by. */
  by?: string
  shares: (decision: Decision) => Shares
}

/** What ran. */
export const logging: Policy = { name: 'logging', shares: ({ propensities }) => propensities }

export function uniform(options: readonly string[]): Policy {
  const shares = new Map(options.map((option) => [option, 1 / options.length]))
  return { name: 'uniform', shares: () => shares }
}

export function always(option: string): Policy {
  const shares = new Map([[option, 1]])
  return { name: `always ${option}`, shares: () => shares }
}
