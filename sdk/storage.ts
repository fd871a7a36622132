/**
 * The origin's localStorage, or memory where the visitor's browser refuses it. Never throws.
 * Its keys are all that the script keeps in a browser; README.md beside this file lists them.
 */
const memory = new Map<string, string>()

export function recall(key: string): string | null | undefined {
  try {
    return memory.get(key) ?? localStorage.getItem(key)
  } catch {}
}

/** Whether it will be there on the next page. */
export function keep(key: string, text: string): boolean {
  try {
    localStorage.setItem(key, text)
    memory.delete(key)
    return true
  } catch {
    memory.set(key, text)
    return false
  }
}
