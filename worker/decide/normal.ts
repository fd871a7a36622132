/** The standard normal: a two-sided tail, and how many standard errors leave a given tail. */
import { gammaTail } from './gamma'
import { inverse } from './inverse'

/** P(|Z| > |z|). */
export const normalTails = (z: number): number => gammaTail(0.5, (z * z) / 2)

/** The z whose two tails are alpha: 1.959964 for 0.05. */
export const normalOf = (alpha: number): number => inverse(normalTails, alpha)
