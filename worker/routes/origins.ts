/** A list of pages' origins as a request gives it: `example.com`, `https://example.com`, `*.example.com`, with or without a port. */
import { isOrigin } from '../../sdk/wire/origin'
import { type Fields, texts } from './fields'
import { Problem } from './problem'

export function originsOf(fields: Fields, most?: number): string[] | undefined {
  const origins = texts(fields, 'origins', most)
  const bad = origins?.find((origin) => !isOrigin(origin))
  if (bad !== undefined) {
    throw new Problem(400, `origins: "${bad}" must be a host, an origin or *.host, without a path`, 'origins')
  }
  return origins
}
