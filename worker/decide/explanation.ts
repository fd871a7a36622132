/** The explanation: why an arm is served to a visitor, as the factors it was weighed with: "country=SE ×1.42 ±0.11". */
import type { Factor } from './model'

/** An arm's own, those that say most first. */
export const explain = (factors: readonly Factor[], arm: number): Factor[] =>
  factors
    .filter((factor) => factor.arm === arm)
    .toSorted((a, b) => Math.abs(Math.log(b.factor)) - Math.abs(Math.log(a.factor)))

export const sentenceOf = ({ dimension, value, factor, sd }: Factor): string =>
  `${dimension}=${value} ×${factor.toFixed(2)} ±${sd.toFixed(2)}`
