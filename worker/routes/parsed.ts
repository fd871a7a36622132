/**
 * Reads what a request says by its schema, and what does not fit is a 400 that names the parameter or member, and the limit.
 * The schemas are those that `/openapi.json` is made of, so that it can't say anything else.
 */
import * as v from 'valibot'
import { unfitIn } from '../../sdk/wire/member'
import { bad, Problem } from './problem'

/** The texts of a query, by name. */
export type Query = Record<string, string>

/** One whose members are known by name. */
type Described = v.GenericSchema & { readonly entries: v.ObjectEntries }

/** A query; a value left empty is a value not given. */
export function queryBy<Schema extends Described>(schema: Schema, query: Query): v.InferOutput<Schema> {
  const isGiven = ([name, text]: [string, string]) => text !== '' || !Object.hasOwn(schema.entries, name)
  const { success, output, issues } = v.safeParse(schema, Object.fromEntries(Object.entries(query).filter(isGiven)), {
    abortEarly: true,
  })
  if (success) return output
  const { field, message } = unfitIn(issues)
  throw bad(field, message)
}

/** A body that was JSON, or undefined where it was none. */
export function bodyBy<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem(400, 'the body must be a JSON object')
  const { success, output, issues } = v.safeParse(schema, body, { abortEarly: true })
  if (success) return output
  const { field, message } = unfitIn(issues)
  throw new Problem(400, `${field} ${message}`, field)
}

/** What the request's body says as JSON, or undefined. */
export const json = (request: { json(): Promise<unknown> }): Promise<unknown> => request.json().catch(() => undefined)
