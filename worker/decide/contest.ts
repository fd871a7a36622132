/**
 * A contest of posteriors: how probably each arm is the best, and what choosing it loses on the average. By quadrature and
 * not by draws, so a probability is exact, and the same each time.
 *
 *      P(a best) = ∫ f_a Π F_c      loss(a) = Σ ∫ x f_b Π F_c - ∫ x f_a      b: each arm; c: all but it
 *
 * Points lie close around each arm's middle and far apart in its tails, and all arms are seen at the points of all. A beta
 * is integrated over its log-odds, where it is smooth even as it has no peak; who wins is the same there.
 */
import type { Posterior } from './posterior'

type Numbers = Float64Array<ArrayBuffer>

export interface Contest {
  /** Sums to 1. */
  best: number[]
  /** In the metric's unit. */
  loss: number[]
}

/** Points of an arm: for weights that are made each second, and for results that are shown. */
export const QUICK = 17
export const FINE = 129
/** More arms than these share the points of so many, and each has a few at the least. */
const MANY = 16
const LEAST_POINTS = 5
/** Half-width that is looked at, in standard deviations. */
const REACH = 7.5
/** How much denser the middle is than the ends: sinh is almost straight around 0, and steep at 3. */
const STEEPNESS = 3

export function contest(posteriors: readonly Posterior[], points = QUICK): Contest {
  const curves = posteriors.map(curveOf)
  const grid = gridOf(curves, points)
  const soft = grid.map(softplus)
  // Of log-odds t the rate is e^t / (1 + e^t).
  const metric = posteriors[0]!.kind === 'beta' ? grid.map((t, i) => Math.exp(t - soft[i]!)) : grid
  const densities = curves.map((curve) => densityOf(curve, grid, soft))
  const others = productsOfOthers(densities.map((density) => cumulated(grid, density)))
  const wins = densities.map((density, a) => times(density, others[a]!))
  const shares = wins.map((win) => integral(grid, win))
  const whole = shares.reduce((sum, share) => sum + share, 0)
  // Where sums are too small or too large for numbers, nothing is known of anybody.
  if (!(whole > 0 && whole < Number.POSITIVE_INFINITY))
    return { best: shares.map(() => 1 / shares.length), loss: shares.map(() => 0) }
  const meanBy = (density: Numbers) => integral(grid, times(density, metric))
  const most = wins.reduce((sum, win) => sum + meanBy(win), 0) / whole
  return {
    best: shares.map((share) => share / whole),
    loss: densities.map((density) => Math.max(most - meanBy(density), 0)),
  }
}

/** Points of an arm where two and two are compared; of many arms there are thousands of pairs. */
const PAIRED = 33

/** How probably each arm, by row, beats each other, by column; ½ beside itself. */
export function duels(posteriors: readonly Posterior[]): number[][] {
  const points = posteriors.length > MANY ? QUICK : PAIRED
  const table = posteriors.map(() => posteriors.map(() => 0.5))
  posteriors.forEach((a, i) => {
    for (let j = 0; j < i; j++) {
      const [wins, loses] = contest([a, posteriors[j]!], points).best as [number, number]
      table[i]![j] = wins
      table[j]![i] = loses
    }
  })
  return table
}

interface Curve {
  centre: number
  sd: number
  /** Logarithm of a density, but for a constant that makes it 0 at its peak; `soft` is softplus(t). */
  height(t: number, soft: number): number
}

function curveOf(posterior: Posterior): Curve {
  if (posterior.kind === 'normal') {
    const { mean } = posterior
    const sd = Math.max(posterior.sd, Math.abs(mean) * NARROWEST, Number.MIN_VALUE ** 0.25)
    return { centre: mean, sd, height: (t) => -0.5 * ((t - mean) / sd) ** 2 }
  }
  const { a, b } = posterior
  const centre = Math.log(a / b)
  const peak = a * centre - (a + b) * softplus(centre)
  // The log-odds' variance is ψ'(a) + ψ'(b), and ψ'(x) < 1/x + 1/x² (DLMF 5.15).
  const sd = Math.sqrt(1 / a + 1 / a ** 2 + 1 / b + 1 / b ** 2)
  return { centre, sd, height: (t, soft) => a * t - (a + b) * soft - peak }
}

/** Narrower ones could not be told apart from their neighbours by doubles. */
const NARROWEST = 1e-9

/** ln(1 + e^t), without overflow. */
const softplus = (t: number) => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)))

/** The points of all arms in order, and between each two their middle. */
function gridOf(curves: readonly Curve[], points: number): Numbers {
  const each = Math.max(Math.min(points, Math.floor((MANY * points) / curves.length)), LEAST_POINTS)
  const nodes = new Float64Array(each * curves.length)
  curves.forEach(({ centre, sd }, a) => {
    for (let i = 0; i < each; i++) {
      const u = (2 * i) / (each - 1) - 1
      nodes[a * each + i] = centre + (REACH * sd * Math.sinh(STEEPNESS * u)) / Math.sinh(STEEPNESS)
    }
  })
  nodes.sort()
  const grid = new Float64Array(2 * nodes.length - 1)
  for (let i = 0; i < grid.length; i++) grid[i] = (nodes[i >> 1]! + nodes[(i + 1) >> 1]!) / 2
  return grid
}

function densityOf({ height }: Curve, grid: Numbers, soft: Numbers): Numbers {
  const density = new Float64Array(grid.length)
  for (let i = 0; i < grid.length; i++) density[i] = Math.exp(height(grid[i]!, soft[i]!))
  const whole = integral(grid, density)
  for (let i = 0; i < grid.length; i++) density[i]! /= whole
  return density
}

function times(f: Numbers, g: Numbers): Numbers {
  const product = new Float64Array(f.length)
  for (let i = 0; i < f.length; i++) product[i] = f[i]! * g[i]!
  return product
}

/** Simpson's rule, from each second point to the next. */
function integral(grid: Numbers, f: Numbers): number {
  let sum = 0
  for (let i = 2; i < grid.length; i += 2) {
    sum += ((grid[i]! - grid[i - 2]!) / 6) * (f[i - 2]! + 4 * f[i - 1]! + f[i]!)
  }
  return sum
}

/** The integral up to each point: Simpson's, and at a middle that of the same parabola. */
function cumulated(grid: Numbers, f: Numbers): Numbers {
  const sums = new Float64Array(grid.length)
  for (let i = 2; i < grid.length; i += 2) {
    const step = grid[i]! - grid[i - 2]!
    const start = sums[i - 2]!
    const end = start + (step / 6) * (f[i - 2]! + 4 * f[i - 1]! + f[i]!)
    const middle = start + (step / 24) * (5 * f[i - 2]! + 8 * f[i - 1]! - f[i]!)
    sums[i - 1] = Math.min(Math.max(middle, start), end)
    sums[i] = end
  }
  return sums
}

/** For each arm, at each point, the product of the others: from both sides, as a division by 0 would not do. */
function productsOfOthers(below: readonly Numbers[]): Numbers[] {
  const products = below.map((F) => new Float64Array(F.length).fill(1))
  const forth = below.map((_, a) => a)
  for (const order of [forth, forth.toReversed()]) {
    const passed = new Float64Array(below[0]!.length).fill(1)
    for (const a of order) {
      const [product, F] = [products[a]!, below[a]!]
      for (let i = 0; i < passed.length; i++) {
        product[i]! *= passed[i]!
        passed[i]! *= F[i]!
      }
    }
  }
  return products
}
