/**
 * The description of all public routes as OpenAPI 3.1: made of the schemas that read requests, so that it can't say anything
 * else. A writer of our own over one table: a library that describes routes would wrap each handler, answer its mistakes in
 * its own words, and bring other validators into the bundle. Which origin serves it, whoever serves it says.
 */
import type { GenericSchema } from 'valibot'
import { counting, Event } from './counting'
import { decisions } from './decisions'
import { deployment, pages } from './deployment'
import { gimel } from './gimel'
import { Problem } from './problem'
import { cube, graphs, now, rankings } from './questions'
import type { By, Family, Route, Told } from './route'
import { converted, type Names, shown, type Shown } from './schema'
import { grants, sites } from './sites'
import * as answered from './answered'
import * as counted from './counted'
import * as decided from './decided'
import * as deployed from './deployed'
import * as owned from './owned'

export const FAMILIES: readonly Family[] = [
  counting,
  decisions,
  gimel,
  graphs,
  rankings,
  cube,
  now,
  sites,
  grants,
  deployment,
  pages,
]

const byName = (shapes: Record<string, GenericSchema>) =>
  Object.entries(shapes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => [schema, name] as const)

/** Said once, and referred to: the event that is counted, and each shape of an answer, those of decisions last. */
const NAMED: Names = new Map<GenericSchema, string>([
  [Event, 'Event'],
  ...byName({ ...answered, ...counted, ...deployed, ...owned, Problem }),
  ...byName(decided),
])

const OPENAPI = '3.1.1'
/** Of the routes themselves: what is added does not change it. */
const CONTRACT = '1'
const ABOUT = `Counts what happens on websites, exactly once.

A parameter that is left empty is not given, and a member that is \`null\` neither. What is not known is refused, and what is known is named. Errors are RFC 9457 problem+json: they name the parameter or member, and its limit. Reading writes nothing.`

const SCHEMES = {
  admin: { type: 'http', scheme: 'bearer', description: 'The admin token (`ga_…`): all; then name the site.' },
  write: { type: 'http', scheme: 'bearer', description: "A site's write key (`gw_…`): counts and mints." },
  read: { type: 'http', scheme: 'bearer', description: "A site's read key (`gr_…`): asks." },
  share: { type: 'apiKey', in: 'query', name: 'share', description: 'A share: a read-only slice, in the URL.' },
} satisfies Record<By, object>

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: true
  description?: string
  deprecated?: true
  schema?: Shown
  content?: Record<string, { schema: Shown; example?: unknown }>
  example?: string
}

interface Content {
  content?: Record<string, { schema: Shown; example?: unknown }>
}

export interface Operation {
  operationId: string
  tags: [string]
  summary: string
  description?: string
  security: Partial<Record<By, []>>[]
  parameters?: Parameter[]
  requestBody?: Content & { required: true }
  responses: Record<string, Content & { description: string }>
}

export interface Document {
  openapi: string
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Partial<Record<Route['method'], Operation>>>
  components: { securitySchemes: typeof SCHEMES; schemas: Record<string, Shown> }
}

export function documentOf(): Omit<Document, 'servers'> {
  const paths: Document['paths'] = {}
  for (const family of FAMILIES) {
    for (const route of family.routes)
      paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, family) }
  }
  return {
    openapi: OPENAPI,
    info: { title: 'Graupel', version: CONTRACT, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    tags: FAMILIES.map(({ name, about }) => ({ name, description: about })),
    paths,
    components: {
      securitySchemes: SCHEMES,
      schemas: Object.fromEntries([...NAMED].map(([schema, name]) => [name, converted(schema, NAMED)])),
    },
  }
}

function operationOf(route: Route, { name }: Family): Operation {
  const { method, path, does, about, by, body, answers } = route
  const parameters = [...partsOf(route), ...queryOf(route)]
  return {
    operationId: `${method} ${path}`.replace(/\W+/g, '_').replace(/_$/, ''),
    tags: [name],
    summary: does,
    ...(about !== undefined && { description: about }),
    security: by.map((each) => ({ [each]: [] })),
    ...(parameters.length && { parameters }),
    ...(body && { requestBody: { required: true, ...contentOf(body, route) } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, told]) => [status, answerOf(told)])),
      ...FAILED,
    },
  }
}

const FAILED = {
  default: {
    description: 'What was wrong, and where.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
}

const partsOf = ({ parts = {} }: Route): Parameter[] =>
  Object.entries(parts).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string' },
  }))

/** A share is a key, and stands among those; what another route takes does not stand here at all. */
function queryOf({ query, isJson, example }: Route): Parameter[] {
  if (!query) return []
  const { properties = {}, required = [] } = converted(query, NAMED)
  return Object.entries(properties).flatMap(([name, property]): Parameter[] => {
    if (typeof property === 'boolean' || name === 'share' || property.not) return []
    const { description, deprecated, ...schema } = property as Shown & { deprecated?: true } // JSON Schema has that word.
    const text = example?.query?.[name]
    return [
      {
        name,
        in: 'query',
        ...(required.includes(name) && { required: true }),
        ...(description !== undefined && { description }),
        ...(deprecated && { deprecated: true }),
        ...(isJson && isTree(schema)
          ? jsonOf(schema, text)
          : { schema: wordOf(schema), ...(text && { example: text }) }),
      },
    ]
  })
}

const jsonOf = (schema: Shown, text?: string): Content => ({
  content: { 'application/json': { schema, ...(text !== undefined && { example: JSON.parse(text) }) } },
})

/** What holds others is written as JSON in a query. */
const isTree = ({ type, anyOf, enum: names }: Shown): boolean =>
  type === 'object' || (!type && !names && (!anyOf || anyOf.some((each) => typeof each === 'object' && isTree(each))))

/** All else is a text there, whatever it is in a body. */
const wordOf = ({ anyOf, ...schema }: Shown): Shown => (anyOf ? { type: 'string' } : schema)

function contentOf(schema: GenericSchema, { bodyTypes = ['application/json'], example }: Route): Content {
  const media = { schema: shown(schema, NAMED), ...(example?.body !== undefined && { example: example.body }) }
  return { content: Object.fromEntries(bodyTypes.map((type) => [type, media])) }
}

function answerOf({ about, schema, type }: Told): Content & { description: string } {
  if (schema) return { description: about, content: { [type ?? 'application/json']: { schema: shown(schema, NAMED) } } }
  return { description: about, ...(type !== undefined && { content: { [type]: { schema: { type: 'string' } } } }) }
}
