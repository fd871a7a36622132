/**
 * HTML as text. Whatever is put into a template is escaped, in an element as in a quoted attribute; only what a template
 * made, or what is named trusted, stays as it is. Lists are joined, and nothing stands for `undefined` and `false`.
 */
import { escaped } from './text'

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | Html | false | undefined | readonly Value[]

export const html = (parts: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(parts.reduce((text, part, i) => text + textOf(values[i - 1]) + part))

/** Our own markup, style or script: never what came from outside. */
export const trusted = (text: string): Html => new Html(text)

function textOf(value: Value): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(textOf).join('')
  return escaped(String(value))
}
