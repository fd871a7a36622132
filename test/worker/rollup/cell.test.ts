import fc from 'fast-check'
import { expect, test } from 'vitest'
import { add, type Cell, empty, fromText, merge, toText, value } from '../../../worker/rollup/cell'

const cellOf = (...numbers: [string, number][]): Cell => {
  const cell = empty()
  for (const [name, number] of numbers) add(cell, name, number)
  return cell
}

test('adds, merges and reads by name', () => {
  const cell = cellOf(['hits', 1], ['hits', 2], ['dollars', -0.5])
  merge(cell, cellOf(['dollars', 2], ['seconds', 7]))
  expect([value(cell, 'hits'), value(cell, 'dollars'), value(cell, 'seconds'), value(cell, 'none')]).toEqual([
    3, 1.5, 7, 0,
  ])
  expect(value(undefined, 'hits')).toBe(0)
})

test('keeps what rounding takes', () => {
  const cell = cellOf(['x', 1e16], ['x', 1], ['x', 1], ['x', -1e16])
  expect(value(cell, 'x')).toBe(2)
  const tenths = empty()
  for (let i = 0; i < 1_000_000; i++) add(tenths, 'x', 0.1)
  expect(value(tenths, 'x')).toBe(100_000)
})

test('is a short text', () => {
  expect(toText(cellOf(['hits', 3], ['dollars', 12.5]))).toBe('{"hits":3,"dollars":12.5}')
  expect(toText(cellOf(['x', 1e16], ['x', 1]))).toBe('{"x":[10000000000000000,1]}')
  expect(toText(empty())).toBe('{}')
})

test('comes back from its text to the last bit', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  // Node 24.21 reads keys that JSON must escape as others (`{"\\"":0}` after `{"\\\\":0}`); workerd does not, and is asked in whale.test.
  const plain = fc.string().filter((name) => JSON.stringify(name) === `"${name}"`)
  const names = fc.oneof(plain, fc.constantFrom('__proto__', 'constructor', 'hits'))
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          names,
          number.filter((x) => Math.abs(x) < 1e300),
        ),
      ),
      (numbers) => {
        const cell = cellOf(...numbers)
        const back = fromText(toText(cell))
        for (const [name] of numbers) expect(value(back, name) + 0).toBe(value(cell, name) + 0)
        expect(back.names.toSorted()).toEqual(cell.names.toSorted())
      },
    ),
  )
})
