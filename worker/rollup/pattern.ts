/** Which types are wanted: an exact name, or a prefix as `request*`; `*` alone is every event. */
export const EVERY = '*'

export const isWanted = (type: string, wanted: string): boolean =>
  wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted

/** As numbers have it: a name counts what is below it too, `request` also `request.sql`; a prefix is what it says. */
export const isCountedUnder = (type: string, wanted: string): boolean =>
  isWanted(type, wanted) || type.startsWith(`${wanted}.`)
