/** What the text of an option says, and mistakes in the options' own words: a person typed them, not members of JSON. */
import { Refused } from './server'
import { Stop, Usage } from './stop'

/** For an option that may be repeated. */
export const collect = (text: string, before: string[] = []): string[] => [...before, text]

export function wholeOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new Usage(`${option} must be a whole number from ${least} to ${most}, not "${text}"`)
}

export function pairOf(option: string, text: string, example: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new Usage(`${option} must read ${example}, not "${text}"`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** `sku=7`, or what begins like JSON is JSON: a tree. */
export function dimensionOf(text: string): unknown {
  if (!text.startsWith('{')) return Object.fromEntries([pairOf('--dimension', text, 'name=value')])
  try {
    return JSON.parse(text)
  } catch {
    throw new Usage(`--dimension begins like JSON and is not: ${text}`)
  }
}

export function numberOf(option: string, text: string, example: string): [name: string, value: number] {
  const [name, digits] = pairOf(option, text, example)
  const value = Number(digits)
  if (Number.isFinite(value)) return [name, value]
  throw new Usage(`${option} ${name} must be a finite number`)
}

export function rangeOf(option: string, text: string, example: string): [name: string, range: [number, number]] {
  const [name, range] = pairOf(option, text, example)
  const [, least, most] = /^(-?[\d.]+)\.\.(-?[\d.]+)$/.exec(range) ?? []
  if (least === undefined) throw new Usage(`${option} ${name} must be a range such as 0..500, not "${range}"`)
  return [name, [Number(least), Number(most)]]
}

const OPTION_OF: Record<string, string> = {
  options: 'option',
  half_life: 'half-life',
  dimensions: 'dimension',
  metrics: 'metric',
  gauges: 'gauge',
  slots: 'slot',
  origins: 'origin',
  prefixes: 'prefix',
  notBefore: 'not-before',
  allowMissing: 'allow-missing',
  refuseBots: 'refuse-bots',
}

/** `metrics.dollars must be …` is `--metric dollars must be …` here. */
export function inOptions(field: string, message: string): string {
  const [member = '', ...name] = field.split('.')
  return [`--${OPTION_OF[member] ?? member}`, name.join('.'), message].filter(Boolean).join(' ')
}

/** Some of its sentences name the field, some go on from it, and some stand for themselves. */
export function withoutField(detail: string, field: string): string {
  if (detail.startsWith(field)) return detail.slice(field.length)
  return /^(must|is|has|lies|begins)\b/.test(detail) ? ` ${detail}` : `: ${detail}`
}

/** The server's no, with the option in place of the member; where it is the value that can't be, as such. */
export function retold(error: unknown): unknown {
  if (!(error instanceof Refused) || error.field === undefined) return error
  const { status, field, detail } = error
  const message = inOptions(field, '') + withoutField(detail, field)
  return status === 400 ? new Usage(message) : new Stop(message)
}

/** Of these members alone: what else the server may name is no option of the verb. */
export const retoldOf =
  (...fields: string[]) =>
  (error: unknown): never => {
    throw error instanceof Refused && fields.includes(error.field ?? '') ? retold(error) : error
  }
