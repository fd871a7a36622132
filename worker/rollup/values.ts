/**
 * Values of dimensions by number. Most are a name, or a chain of single names such as `{SE: {AB: 'Umeå'}}`, and are
 * found name by name; the others by their signature.
 */
import type { Dimensions } from '../../sdk/wire/event'
import { isTree, signatureOf, type Tree } from './subtree'

export class Values {
  private readonly names = new Map<string, number>()
  private below: Map<string, Values> | undefined
  private others: Map<string, number> | undefined

  /** The number of a value; `next`, from now on, where it has none. */
  numberOf(value: Dimensions, next: number): number {
    if (typeof value === 'string') return numberIn(this.names, value, next)
    const name = isTree(value) ? onlyNameOf(value) : undefined
    if (name === undefined) return numberIn((this.others ??= new Map()), signatureOf(value), next)
    this.below ??= new Map()
    let below = this.below.get(name)
    if (!below) this.below.set(name, (below = new Values()))
    return below.numberOf((value as Tree)[name]!, next) // A tree, or it had no name.
  }
}

function numberIn(numbers: Map<string, number>, key: string, next: number): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, next)
  return next
}

/** Undefined where there is none, or more than one. */
function onlyNameOf(tree: Tree): string | undefined {
  let only: string | undefined
  for (const name in tree) {
    if (only !== undefined) return undefined
    only = name
  }
  return only
}
