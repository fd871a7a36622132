import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, type Cell, empty, value } from '../../../worker/rollup/cell'
import { expand, keyOf, REST } from '../../../worker/rollup/dimension'
import { encode, Fragment, cellsIn } from '../../../worker/rollup/fragment'
import { EXACT_CHILDREN, MOST_CHILDREN, MOST_PATHS, MOST_TYPES, type Node, Tree } from '../../../worker/whale/tree'

const hits = (count: number): Cell => {
  const cell = empty()
  add(cell, 'hits', count)
  return cell
}

const hitsAt = (tree: Tree, type: string, ...path: string[]): number =>
  value(tree.find(type, keyOf(path))?.cell, 'hits')

const names = (tree: Tree, ...path: string[]): string[] => [...(tree.find('t', keyOf(path))?.below?.keys() ?? [])]

const sumBelow = (node: Node | undefined): number =>
  [...(node?.below?.values() ?? [])].reduce((sum, { cell }) => sum + value(cell, 'hits'), 0)

/** Pages one after the other, each with as many hits as it says, in slices of the log. */
function counted(pages: Iterable<readonly [page: string, count: number]>, size = 5_000): Tree {
  const tree = new Tree()
  let fragment = new Fragment()
  const give = () => {
    for (const part of encode(fragment)) for (const { type, path, cell } of cellsIn(part)) tree.add(type, path, cell)
    fragment = new Fragment()
  }
  let events = 0
  for (const [page, count] of pages) {
    fragment.add({ at: 0, type: 't', dimensions: { page }, metrics: { hits: count } })
    if (++events % size === 0) give()
  }
  give()
  return tree
}

const numbered = (count: number, weigh = (_: number) => 1) =>
  Array.from({ length: count }, (_, i) => [`/${i}`, weigh(i)] as const)

test('keeps each child exactly, up to four times as many as will stay', () => {
  const tree = counted(numbered(EXACT_CHILDREN))
  expect(names(tree, 'page')).toHaveLength(EXACT_CHILDREN)
  expect(names(tree, 'page')).not.toContain(REST)
})

test('leaves the greatest by themselves, and counts the rest as one', () => {
  const tree = counted(numbered(EXACT_CHILDREN + 1, (i) => i + 1))
  expect(tree.paths).toBeLessThanOrEqual(MOST_CHILDREN + 4)
  tree.cut()
  const stay = names(tree, 'page')
  expect(stay).toHaveLength(MOST_CHILDREN + 1)
  const heavy = Array.from({ length: MOST_CHILDREN - 1 }, (_, i) => EXACT_CHILDREN - i)
  for (const i of heavy) expect(hitsAt(tree, 't', 'page', `/${i - 1}`)).toBe(i)
  expect(sumBelow(tree.find('t', 'page'))).toBe(hitsAt(tree, 't', 'page'))
})

test('closes with no more than the greatest, of any count of children', () => {
  for (const count of [MOST_CHILDREN, MOST_CHILDREN + 1, MOST_CHILDREN + 2, EXACT_CHILDREN]) {
    const tree = counted(numbered(count))
    tree.cut()
    expect(names(tree, 'page').filter((name) => name !== REST).length).toBeLessThanOrEqual(MOST_CHILDREN + 1)
    expect(sumBelow(tree.find('t', 'page'))).toBe(count)
  }
})

test('folds what has no hits by whatever it counts most of', () => {
  const tree = new Tree()
  const dollars = (name: string, sum: number) => {
    const cell = empty()
    add(cell, 'dollars', sum)
    tree.add('t', name, cell)
  }
  tree.add('t', '', hits(1))
  for (let i = 0; i < 5; i++) dollars(`${i}`, i === 2 ? -500 : i)
  tree.cut(2)
  expect(names(tree).toSorted()).toEqual(['2', '4', REST])
})

test('adds up at every parent whatever comes in whatever order', { timeout: 20_000 }, () => {
  const name = fc.integer({ min: 0, max: 12 }).map(String)
  const path = fc.array(name, { minLength: 1, maxLength: 3 })
  const stream = fc.array(fc.tuple(path, fc.integer({ min: 1, max: 9 })), { maxLength: 200 })
  fc.assert(
    fc.property(fc.array(stream, { maxLength: 4 }), fc.integer({ min: 1, max: 4 }), (slices, most) => {
      const tree = new Tree()
      let total = 0
      for (const slice of slices) {
        const fragment = new Fragment()
        for (const [path, count] of slice) {
          total += count
          // One event has one path, so that its children are no more than itself.
          fragment.add({ at: 0, type: 't', dimensions: ['d', ...path, 'leaf'], metrics: { hits: count } })
        }
        for (const part of encode(fragment)) for (const each of cellsIn(part)) tree.add('t', each.path, each.cell)
        tree.cut(most)
      }
      expect(hitsAt(tree, 't')).toBe(total)
      for (const { node, key } of tree.nodes()) {
        if (node.below) expect([key, sumBelow(node) <= value(node.cell, 'hits')]).toEqual([key, true])
        if (node.below && key !== '') expect(node.below.size).toBeLessThanOrEqual(most + 1)
      }
      expect(sumBelow(tree.find('t', 'd'))).toBe(total)
    }),
    { numRuns: 60 },
  )
})

test('has so many paths in all, and counts what is beyond them as the rest of their parents', () => {
  const tree = new Tree()
  const shelves = 30
  const skus = 1_000
  const fragment = new Fragment()
  for (let i = 0; i < shelves * skus; i++) {
    fragment.add({ at: 0, type: 't', dimensions: ['shelf', `${i % shelves}`, `${i}`, 'red'], metrics: {} })
  }
  for (const part of encode(fragment)) for (const { path, cell } of cellsIn(part)) tree.add('t', path, cell)
  // A rest for each parent that is full, beyond them.
  expect(tree.paths).toBeLessThanOrEqual(MOST_PATHS + shelves + skus)
  expect(hitsAt(tree, 't', 'shelf')).toBe(shelves * skus)
  expect(sumBelow(tree.find('t', 'shelf'))).toBe(shelves * skus)
  for (const shelf of names(tree, 'shelf')) {
    if (shelf !== REST) expect(sumBelow(tree.find('t', keyOf(['shelf', shelf])))).toBe(skus)
  }
})

test('gives so many types a name of their own, and counts the others together', () => {
  const tree = new Tree()
  for (let i = 0; i < MOST_TYPES + 500; i++) {
    tree.add(`type${i}`, '', hits(1))
    tree.add(`type${i}`, 'a', hits(1))
  }
  expect(tree.types.size).toBe(MOST_TYPES + 1)
  expect(hitsAt(tree, REST)).toBe(500)
  expect(hitsAt(tree, REST, 'a')).toBe(500)
  tree.add('type3', '', hits(1))
  expect(hitsAt(tree, 'type3')).toBe(2)
})

describe('ready paths, which count nothing above them', () => {
  const ready = (tree: Tree, ...path: string[]) => {
    const event = { dimensions: [path] }
    for (const each of expand(event.dimensions)) tree.add('t', keyOf(each), hits(1))
  }

  test('are found where they end', () => {
    const tree = new Tree()
    ready(tree, 'a', 'b')
    expect([hitsAt(tree, 't'), hitsAt(tree, 't', 'a'), hitsAt(tree, 't', 'a', 'b')]).toEqual([1, 0, 1])
    expect(tree.find('t', 'a')?.cell).toBeUndefined()
  })

  test('are as great as what is below them, and lose nothing when they are folded', () => {
    const tree = new Tree()
    for (let i = 0; i < 10; i++) ready(tree, 'heavy', `${i}`)
    for (const name of ['x', 'y', 'z']) ready(tree, name, 'one')
    tree.cut(1)
    expect(names(tree).toSorted()).toEqual(['heavy', REST])
    expect(hitsAt(tree, 't', REST)).toBe(3)
    expect(sumBelow(tree.find('t', 'heavy'))).toBe(10)
  })
})
