/**
 * What options are worth, guessed for each decision from those before it: the mean of what an option earned, drawn to
 * that of all. A guess that knows nothing of its own decision leaves an estimate unbiased, however bad it is.
 */

/** The mean of all counts as so many decisions of each option. */
const GUESS = 10

interface Sums {
  n: number
  x: number
  y: number
}

export interface Guess {
  x: number
  y: number
}

export class Worth {
  private readonly options = new Map<string, Sums>()
  private readonly all: Sums = { n: 0, x: 0, y: 0 }

  guess(option: string): Guess {
    const { n, x, y } = this.options.get(option) ?? { n: 0, x: 0, y: 0 }
    const { all } = this
    const mean = (sum: number, total: number) => (sum + (all.n && (GUESS * total) / all.n)) / (n + GUESS)
    return { x: mean(x, all.x), y: mean(y, all.y) }
  }

  learn(option: string, x: number, y: number): void {
    const sums = this.options.get(option) ?? { n: 0, x: 0, y: 0 }
    this.options.set(option, sums)
    for (const each of [sums, this.all]) {
      each.n += 1
      each.x += x
      each.y += y
    }
  }
}
