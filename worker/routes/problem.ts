/** Errors as RFC 9457 problem+json: what was wrong, and where. The one place that turns a failure into HTTP. */
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authorised',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Try again later',
}

/** Thrown anywhere below a route; `field` names the parameter or member at fault. */
export class Problem extends Error {
  constructor(
    readonly status: ContentfulStatusCode,
    readonly detail: string,
    readonly field?: string,
  ) {
    super(detail)
  }
}

/** A parameter that cannot be understood or is out of bounds. */
export const bad = (field: string, detail: string): Problem => new Problem(400, `${field}: ${detail}`, field)

export function problem(c: Context, { status, detail, field }: Pick<Problem, 'status' | 'detail' | 'field'>): Response {
  if (status === 503) c.header('Retry-After', '5')
  if (status === 401) c.header('WWW-Authenticate', 'Bearer')
  const body = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, ...(field && { field }) }
  return c.body(JSON.stringify(body), status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    // A script of another origin must be able to read what went wrong, and when to come again.
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'Date, Retry-After',
  })
}
