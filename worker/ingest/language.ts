/** The language of an Accept-Language header, its primary tag alone: `sv-SE,sv;q=0.9` is `sv`. */
import { UNKNOWN } from './name'

export const languageOf = (header: string | undefined): string =>
  /^\s*([a-z]{2,3})(?![a-z])/i.exec(header ?? '')?.[1]?.toLowerCase() ?? UNKNOWN
