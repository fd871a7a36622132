/** Our own drawing's text as elements. Nothing in it runs, and every name in it is escaped already. */

/** A page that demands trusted types parses no plain text; this policy is what such a page allows by its name. */
const POLICY = 'graupel'

interface Policies {
  trustedTypes?: { createPolicy(name: string, rules: { createHTML(text: string): string }): Policy }
}
type Policy = { createHTML(text: string): string }

let policy: Policy | undefined

const document = (text: string, type: 'image/svg+xml' | 'text/html'): Document => {
  policy ??= (globalThis as Policies).trustedTypes?.createPolicy(POLICY, { createHTML: (text) => text })
  return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, type)
}

/** A whole drawing, which is read as XML. */
export const parsed = (svg: string): Element => document(svg, 'image/svg+xml').documentElement

/** One element that all else is in. */
export const parsedHtml = (text: string): Element => document(text, 'text/html').body.firstElementChild!
