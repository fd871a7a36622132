/** The options of `experiment create` as the API takes them; what is not named is left to its own defaults. */
import { Usage } from '../stop'

export interface Wished {
  option?: string[]
  weights?: string
  policy?: string
  by?: string
  kind?: string
  goal?: string
  aim?: string
  dimension?: string[]
  personalise?: string
  floor?: string
  temper?: string
  halfLife?: string
  window?: string
  sticky?: string
  warm?: string
  cap?: string
  holdout?: string
  hash?: string
  conversion?: string
}

/** What each number is called there. */
const NUMBERS = {
  floor: 'floor',
  temper: 'temper',
  halfLife: 'half_life',
  window: 'window',
  sticky: 'sticky',
  warm: 'warm',
  cap: 'cap',
  holdout: 'holdout',
} as const

export function wishedOf(options: Wished): Record<string, unknown> {
  const { option: choices = [], weights, dimension: dimensions } = options
  const { policy, by, kind, goal, aim, personalise, hash, conversion } = options
  const texts = { policy, by, kind, goal, aim, personalise, hash, conversion }
  if (choices.length < 2) throw new Usage('there must be two options at least: --option long --option short')
  const names = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[] // Its very keys.
  const numbers = names.flatMap((name) => {
    const text = options[name]
    return text === undefined ? [] : [[NUMBERS[name], numberIn(`--${NUMBERS[name].replace('_', '-')}`, text)]]
  })
  return {
    options: choices,
    ...(weights !== undefined && { weights: weights.split(',').map((text) => numberIn('--weights', text)) }),
    ...(dimensions && { dimensions }),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
    ...Object.fromEntries(numbers),
  }
}

function numberIn(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() && Number.isFinite(value)) return value
  throw new Usage(`${option} must be ${option === '--weights' ? 'numbers between commas' : 'a number'}, not "${text}"`)
}
