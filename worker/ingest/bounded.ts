/**
 * A map that forgets what was longest unused. An isolate lives for days, so nothing it remembers may grow for ever.
 * It holds values, never promises: one request must not wait for another's work.
 */
export class Bounded<Value> {
  private readonly values = new Map<string, Value>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  get(name: string): Value | undefined {
    const value = this.values.get(name)
    if (value === undefined) return undefined
    // A Map keeps the order of insertion, so the oldest use stands first.
    this.values.delete(name)
    this.values.set(name, value)
    return value
  }

  set(name: string, value: Value): void {
    this.values.delete(name)
    this.values.set(name, value)
    if (this.values.size <= this.most) return
    for (const oldest of this.values.keys()) {
      this.values.delete(oldest)
      return
    }
  }

  get size(): number {
    return this.values.size
  }
}
