/** Sends an HTML page with a policy that lets nothing run but the page's own script. */
import type { Context } from 'hono'
import type { App } from './access'

/** A page is made for one nonce, which its own script and style carry. */
export type Page = (nonce: string) => string

export function page(c: Context<App>, make: Page, status: 200 | 401 | 404 = 200): Response {
  const nonce = crypto.randomUUID()
  return c.html(make(nonce), status, {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  })
}
