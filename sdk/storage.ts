/**
 * What the script keeps in a browser: JSON in the origin's localStorage, or in memory where the visitor refuses that.
 * Never throws. README.md beside this file lists the keys and why each is needed.
 */
let store: Record<string, string> | undefined
try {
  store = localStorage
} catch {}

/** Whether nothing will be there on the next page. */
export let isForgetful = false

/** What was kept, or undefined. The shape is the caller's own, written by its own hand. */
export function recall<T>(key: string): T | undefined {
  try {
    return JSON.parse(store![key]!)
  } catch {}
}

export function keep(key: string, value: unknown): void {
  const text = JSON.stringify(value)
  try {
    store![key] = text
  } catch {
    isForgetful = true
    store = { ...store, [key]: text }
  }
}
