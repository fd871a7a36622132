/**
 * Which policies are to be tried, in the words of `--policy`: one of ours by name, or a file with somebody's own.
 *
 *   {"a": 0.2, "b": 0.8}                                                  how probably each option
 *   {"by": "country", "values": {"SE": {"b": 1}}, "otherwise": {"a": 1}}  the same by a dimension's value
 */
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { exactly, named, number, text, unfitIn } from '../../wire/member'
import { Stop, Usage } from '../stop'
import type { Decision } from './decision'
import { always, logging, type Policy, type Shares, uniform } from './policy'

/** Which options and dimensions there are, the log's first decision says. */
export type Wish = (first: Decision) => Policy

/** Whoever writes thirds writes some digits of them. */
const ROUNDING = 1e-6

const shares = v.pipe(
  named(number(0, 1), 'must be an object of numbers from 0 to 1, one of each option'),
  v.check(
    (given) => Math.abs(sumOf(given) - 1) <= ROUNDING,
    ({ input }) => `must add up to 1, not ${sumOf(input)}`,
  ),
)
const sumOf = (given: Record<string, number>) => Object.values(given).reduce((sum, share) => sum + share, 0)

const Contextual = exactly({
  by: text(),
  values: named(shares, 'must be an object with the shares of each value'),
  otherwise: shares,
})

export function wishOf(text: string): Wish {
  if (text === 'logging') return () => logging
  if (text === 'uniform') return ({ propensities }) => uniform([...propensities.keys()])
  const [, option] = /^always:(.+)$/s.exec(text) ?? []
  if (option === undefined) return fileOf(text)
  return ({ propensities }) => {
    known(text, [option], propensities)
    return always(option)
  }
}

/** Without a wish: what ran, chance, and each option by itself. */
export const everything = (first: Decision): Policy[] => {
  const options = [...first.propensities.keys()]
  return [logging, uniform(options), ...options.map(always)]
}

function fileOf(name: string): Wish {
  const given = jsonIn(name)
  // An option may have any name, `by` too; but what it has is a number.
  const isContextual = 'by' in given && typeof given.by !== 'number'
  return isContextual ? contextual(name, read(name, Contextual, given)) : plain(name, read(name, shares, given))
}

const plain =
  (name: string, given: Record<string, number>): Wish =>
  ({ propensities }) => {
    known(name, Object.keys(given), propensities)
    const shares = new Map(Object.entries(given))
    return { name, shares: () => shares }
  }

const contextual =
  (name: string, { by, values, otherwise }: v.InferOutput<typeof Contextual>): Wish =>
  ({ propensities }) => {
    const all = Object.values(values)
    for (const each of [...all, otherwise]) known(name, Object.keys(each), propensities)
    const others: Shares = new Map(Object.entries(otherwise))
    const sharesOf = new Map<string | null, Shares>(
      Object.entries(values).map(([value, given]) => [value, new Map(Object.entries(given))]),
    )
    return { name, by, shares: ({ context }) => sharesOf.get(context.get(by) ?? null) ?? others }
  }

function known(name: string, options: readonly string[], propensities: Decision['propensities']): void {
  const strange = options.find((option) => !propensities.has(option))
  if (strange !== undefined) throw new Stop(`${name}: there is no option "${strange}", but ${listed(propensities)}`)
}

const listed = (names: ReadonlyMap<string, unknown>) => [...names.keys()].join(', ') || 'none'

function jsonIn(name: string): object {
  const given = parsed(name, textIn(name))
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given
  throw new Usage(`--policy ${name} must hold a JSON object`)
}

function textIn(name: string): string {
  try {
    return readFileSync(name, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Usage(`--policy must be logging, uniform, always:OPTION, or a file; "${name}" can't be read (${code})`)
  }
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Usage(`--policy ${name} is not JSON`)
  }
}

function read<Schema extends v.GenericSchema>(name: string, schema: Schema, given: object): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, given, { abortEarly: true })
  if (success) return output
  const { field, message } = unfitIn(issues)
  throw new Usage(`--policy ${[name, field].filter(Boolean).join(': ')} ${message}`)
}
