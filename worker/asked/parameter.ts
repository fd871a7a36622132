/**
 * What parameters of a query may be: texts that become values. A description shows what they become, by the limits that
 * they are read by. A value left empty is a value not given; that is the reader's part, in routes/parsed.
 */
import * as v from 'valibot'
import { exactly, made, type Read } from '../../sdk/wire/member'

/** A query with these parameters and no others. */
export const query = exactly

/** A parameter that may be left out, and what it is. */
export const may = <Schema extends v.GenericSchema>(schema: Schema, about: string, example?: string) =>
  v.pipe(v.optional(schema), v.metadata({ description: about, ...(example !== undefined && { examples: [example] }) }))

/** Another house's word for a parameter of ours: taken, and not recommended. */
export const alias = <Schema extends v.GenericSchema>(schema: Schema, name: string, but?: string) =>
  v.pipe(
    v.optional(schema),
    v.metadata({ description: `HailWhale's name for \`${name}\`${but ? `: ${but}` : ''}.`, deprecated: true }),
  )

/** What another route takes, and this one can't do. In silence the answer would be to another question. */
export const elsewhere = (route: string) => v.optional(v.never(`can be had of ${route} only`))

export const text = (most?: number) =>
  most === undefined ? v.string() : v.pipe(v.string(), v.maxLength(most, `is longer than ${most} characters`))

/** A text that a reader of ours makes something of, or says what is wrong with it; `shown` is how a description shows it. */
export const read = <Value>(reader: (text: string) => Read<Value>, shown: object = {}) =>
  v.pipe(v.string(), v.metadata({ ...shown }), made(reader))

export const whole = (least: number, most: number) =>
  read(
    (text) => {
      const value = Number(text)
      return text.trim() && Number.isInteger(value) && value >= least && value <= most
        ? { value }
        : { problem: `must be a whole number from ${least} to ${most}` }
    },
    { type: 'integer', minimum: least, maximum: most },
  )

export const number = (least: number, most: number, more = '') =>
  read(
    (text) => {
      const value = Number(text)
      return text.trim() && value >= least && value <= most
        ? { value }
        : { problem: `must be a number from ${least} to ${most}${more}` }
    },
    { type: 'number', minimum: least, maximum: most },
  )

export const one = <const Name extends string>(names: readonly Name[]) =>
  v.picklist(names, ({ input }) => `"${String(input).slice(0, 80)}" is not one of ${names.join(', ')}`)

/** `1` or `0`; `true` and `false` are understood. */
export const flag = () =>
  v.pipe(
    one(['1', '0', 'true', 'false']),
    v.transform((text) => text === '1' || text === 'true'),
  )
