/**
 * What a valibot schema says, as JSON Schema (2020-12, which OpenAPI 3.1 speaks): of the input, since a reader of the
 * description wants to know what to send. Checks that are code say themselves by metadata.
 */
import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema, LazySchema, NullishSchema } from 'valibot'

export type Shown = JsonSchema

/** Schemas that are said once, by name. */
export type Names = ReadonlyMap<GenericSchema, string>

/** Checks that are code. */
const CODE = ['check', 'raw_check', 'finite']

export function shown(schema: GenericSchema, names: Names): Shown {
  const name = names.get(schema)
  return name === undefined ? converted(schema, names) : { $ref: `#/components/schemas/${name}` }
}

/** Whole, even where it has a name. */
export function converted(schema: GenericSchema, names: Names): Shown {
  const { $schema: _, $defs: __, ...shown } = toJsonSchema(schema, configOf(schema, names))
  return shown
}

const configOf = (whole: GenericSchema, names: Names): ConversionConfig => ({
  target: 'draft-2020-12',
  typeMode: 'input',
  errorMode: 'throw',
  ignoreActions: CODE,
  overrideSchema({ valibotSchema, jsonSchema }) {
    const schema = valibotSchema as GenericSchema // Whatever it is, it is one.
    if (schema !== whole && names.has(schema)) return shown(schema, names)
    const other = SPELLED[schema.type]
    return other?.(schema, jsonSchema, names)
  },
})

type Spelling = (schema: GenericSchema, shown: Shown, names: Names) => Shown

/** Kinds of schema that are said in another way than usual. */
const SPELLED: Record<string, Spelling | undefined> = {
  // `null` is as good as a member left out: said once, and not of each.
  nullish: (schema, _, names) => shown((schema as NullishSchema<GenericSchema, undefined>).wrapped, names),
  lazy: (schema, _, names) => chosen(schema as LazySchema<GenericSchema>, names),
  // Every key of JSON is a text.
  record: (_, { propertyNames: __, ...shown }) => shown,
  strict_object: (_, { required, ...shown }) => ({ ...shown, ...(required?.length && { required }) }),
  // Code alone.
  custom: () => ({}),
}

/** Where a schema is chosen by whether a list is given, both are shown, but for what is never right. */
function chosen({ getter }: LazySchema<GenericSchema>, names: Names): Shown {
  const [single, list] = [getter(undefined), getter([])]
  if (list === single || list.type === 'custom') return shown(single, names)
  return { anyOf: [shown(single, names), shown(list, names)] }
}
