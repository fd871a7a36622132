/** A drawing's text as elements. It is parsed as XML, where nothing runs, and every name in it is escaped already. */

/** A page that demands trusted types parses no plain text; this policy is what such a page allows by its name. */
const POLICY = 'graupel'

interface Policies {
  trustedTypes?: { createPolicy(name: string, rules: { createHTML(text: string): string }): Policy }
}
type Policy = { createHTML(text: string): string }

let policy: Policy | undefined

export function parsed(svg: string): Element {
  policy ??= (globalThis as Policies).trustedTypes?.createPolicy(POLICY, { createHTML: (text) => text })
  const trusted = policy ? policy.createHTML(svg) : svg
  return new DOMParser().parseFromString(trusted, 'image/svg+xml').documentElement
}
