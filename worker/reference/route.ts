/** How a route is described: what it takes by the very schemas that read requests, and what it answers. */
import type * as v from 'valibot'

/** Who may ask: by a bearer token, or by a share in the query. Nobody named: anybody. */
export type By = 'admin' | 'write' | 'read' | 'share'

type Described = v.GenericSchema & { readonly entries: v.ObjectEntries }

export interface Told {
  about: string
  /** Of JSON, or of each line of it; without it and without a type there is no body. */
  schema?: v.GenericSchema
  /** Of what is no JSON, or not one document. */
  type?: string
}

export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** `/api/sites/{site}` */
  path: string
  /** What it does, in a few words. */
  does: string
  /** What else there is to know. */
  about?: string
  by: readonly By[]
  /** The parts of the path that are open, by name. */
  parts?: Readonly<Record<string, string>>
  query?: Described
  /** Of a query whose texts may be JSON: as in the body that it stands for. */
  isJson?: true
  body?: v.GenericSchema
  /** Where a body is no JSON, or may be something else, too. */
  bodyTypes?: readonly string[]
  /** What a person would send: the query's texts, or the body. */
  example?: { query?: Readonly<Record<string, string>>; body?: unknown }
  answers: Readonly<Record<number, Told>>
}

export interface Family {
  name: string
  about: string
  routes: readonly Route[]
}
