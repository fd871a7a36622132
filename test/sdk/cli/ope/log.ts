/** Logs of decisions for tests: of a policy that is known, in a world whose truth is known. */
import { Random } from '../../../random'

export interface World {
  /** Of each country, how probably each option is rewarded. */
  [country: string]: Record<string, number>
}

export interface Line {
  t: number
  id: string
  decision: string
  option: string
  propensity: number
  propensities: Record<string, number>
  weights: number
  holdout: boolean
  context: Record<string, string | null>
  x: number
  y: number
}

/** How probably each option is shown, by country, and how that changes with what was seen. */
export type Shares = (country: string, seen: readonly Line[]) => Record<string, number>

/** What is earned by a decision that is rewarded, and what each costs. */
export type Worth = (random: Random) => { x: number; y: number }

export function rained(world: World, shares: Shares, length: number, seed: number, worth?: Worth): Line[] {
  const random = new Random(seed)
  const lines: Line[] = []
  for (let i = 0; i < length; i++) {
    const country = random.pick(Object.keys(world))
    const propensities = shares(country, lines)
    const option = drawn(propensities, random)
    const isRewarded = random.chance(world[country]![option]!)
    const { x, y } = worth?.(random) ?? { x: 1, y: 1 }
    lines.push({
      t: 1_767_225_600_000 + i * 1000,
      id: `d${i}`,
      decision: 'pages',
      option,
      propensity: propensities[option]!,
      propensities,
      weights: 0,
      holdout: false,
      context: { country, device: null },
      x: isRewarded ? x : 0,
      y,
    })
  }
  return lines
}

function drawn(shares: Record<string, number>, random: Random): string {
  let left = random.next()
  for (const [option, share] of Object.entries(shares)) {
    left -= share
    if (left < 0) return option
  }
  return Object.keys(shares).at(-1)!
}

/** In chunks that end wherever they may. */
export async function* poured(lines: readonly object[], chunk = 1000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  for (let from = 0; from < bytes.length; from += chunk) yield bytes.subarray(from, from + chunk)
}
