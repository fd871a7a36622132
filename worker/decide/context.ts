/** A context: what is known of a visitor, of an experiment's dimensions. Tokens and notes carry it as a list in their order. */

/** A visitor's value of each dimension; one that is not known is left out. */
export type Context = { readonly [dimension: string]: string | undefined }

export function contextOf(values: readonly (string | null)[], dimensions: readonly string[]): Context {
  const known = dimensions.map((dimension, i) => [dimension, values[i] ?? undefined] as const)
  return Object.fromEntries(known.filter(([, value]) => value !== undefined))
}

/** A dimension may be called as what every object has. */
export const valueOf = (context: Context, dimension: string): string | undefined =>
  Object.hasOwn(context, dimension) ? context[dimension] : undefined

export const valuesOf = (context: Context, dimensions: readonly string[]): (string | null)[] =>
  dimensions.map((dimension) => valueOf(context, dimension) ?? null)
