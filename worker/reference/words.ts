/**
 * The words that shapes of answers are put together from. No request is read by such a shape; tests hold real answers
 * to it.
 */
import * as v from 'valibot'

export const about = <Schema extends v.GenericSchema>(schema: Schema, text: string) =>
  v.pipe(schema, v.description(text))
export const may = <Schema extends v.GenericSchema>(schema: Schema, text: string) => about(v.optional(schema), text)

export const number = v.number()
export const text = v.string()
export const whole = () => v.pipe(v.number(), v.integer())
export const ms = (what: string) => about(whole(), `${what}, unix milliseconds.`)
export const seconds = (what: string) => about(whole(), `${what}, unix seconds.`)
export const names = v.array(v.string())
export const path = about(v.array(v.string()), 'A path; `[]` is the root.')
export const list = <Item extends v.GenericSchema>(item: Item) => v.array(item)
export const site = about(whole(), "The site's number.")
export const partial = may(
  v.literal(true),
  'A shard did not answer in time: its newest events are missing here, not lost.',
)
export const upstream = about(
  v.nullable(v.union([v.number(), v.record(v.string(), v.number())])),
  'The number of the site elsewhere that it is forwarded to, or one for each upstream.',
)
export const next = may(whole(), 'The `offset` at which there is more.')
