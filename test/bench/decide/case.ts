/**
 * A case: one question to the engine that chance answers. Each run gives a sample, numbers whose meaning is the case's own;
 * rows are made of all samples. Runs know nothing of each other, so they are spread over threads, and counted as they come.
 */
import { wilson } from '../../../worker/decide/wilson'
import { Chance } from './chance'
import type { Row } from './row'

export type Sample = readonly number[]

export interface Case {
  /** So many are wanted, and so many are done at once. */
  runs: number
  batch: number
  /** `name` is of this run alone, the same in each repetition. */
  run(chance: Chance, name: string): Sample
  rows(samples: readonly Sample[]): Row[]
}

/** Some of a case's runs, by the seed of all. */
export const samplesOf = (name: string, each: Case, seed: number, from: number, to: number): Sample[] =>
  Array.from({ length: to - from }, (_, i) => {
    const names = [seed, name, from + i]
    return each.run(new Chance(...names), names.join(' '))
  })

export const column = (samples: readonly Sample[], i: number): number[] => samples.map((sample) => sample[i]!)

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length

/** Of the mean. */
export function errorOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1) / values.length)
}

/** How often something came, in percent. */
export function shareOf(flags: readonly number[]): Pick<Row, 'runs' | 'value' | 'error' | 'unit'> {
  return { runs: flags.length, value: 100 * meanOf(flags), error: 100 * errorOf(flags), unit: '%' }
}

/** What that share may well be at the most, one-sided at 95 %. */
const ONE_SIDED = 1.6449
export const mostOf = (flags: readonly number[]): number => 100 * wilson(sumOf(flags), flags.length, ONE_SIDED)[1]

/** The most by which the part of these numbers below any in [0, 1] is another than that. */
export function unevennessOf(values: readonly number[]): number {
  const n = values.length
  const off = values.toSorted((a, b) => a - b).map((value, i) => Math.max(value - i / n, (i + 1) / n - value))
  return off.reduce((most, each) => Math.max(most, each), 0)
}

/** How probably evenly spread numbers in [0, 1] look less even than these: A. Kolmogorov and N. Smirnov's test. */
export function evennessOf(values: readonly number[]): number {
  const x = Math.sqrt(values.length) * unevennessOf(values)
  let p = 0
  for (let k = 1; k <= 100; k++) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * (k * x) ** 2)
  return Math.min(Math.max(p, 0), 1)
}
