/** A list of pages' origins as a request gives it: `example.com`, `https://example.com`, `*.example.com`, with or without a port. */
import { type Fields, texts } from './fields'
import { Problem } from './problem'

const ORIGIN = /^(https?:\/\/)?(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?$/i

export function originsOf(fields: Fields, most?: number): string[] | undefined {
  const origins = texts(fields, 'origins', most)
  const bad = origins?.find((origin) => !ORIGIN.test(origin))
  if (bad !== undefined) {
    throw new Problem(400, `origins: "${bad}" must be a host, an origin or *.host, without a path`, 'origins')
  }
  return origins
}
