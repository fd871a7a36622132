/** What a reader chose, kept in this browser by site and decision; where nothing may be kept, until the page goes. */

export interface Chosen {
  control?: string
  hidden?: string[]
}

const PREFIX = 'graupel results '

export class Memory {
  private readonly key: string
  private chosen: Chosen

  constructor(whose: string) {
    this.key = PREFIX + whose
    this.chosen = read(this.key)
  }

  get control(): string | undefined {
    return this.chosen.control
  }

  get hidden(): ReadonlySet<string> {
    return new Set(this.chosen.hidden)
  }

  choose(chosen: Chosen): void {
    this.chosen = { ...this.chosen, ...chosen }
    try {
      localStorage.setItem(this.key, JSON.stringify(this.chosen))
    } catch {
      // Refused, or full.
    }
  }
}

/** Anybody on this origin may have written there. */
function read(key: string): Chosen {
  try {
    const { control, hidden } = JSON.parse(localStorage.getItem(key) ?? '{}') as { control?: unknown; hidden?: unknown }
    return {
      ...(typeof control === 'string' && { control }),
      ...(Array.isArray(hidden) && { hidden: hidden.filter((each) => typeof each === 'string') }),
    }
  } catch {
    return {}
  }
}
