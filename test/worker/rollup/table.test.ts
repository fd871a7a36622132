import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cursor } from '../../../worker/rollup/bytes'
import { Table } from '../../../worker/rollup/table'

test('gives each distinct row a number, in the order they came, and writes it once', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(3), { maxLength: 3 })), (rows) => {
      const table = new Table()
      const distinct = [...new Set(rows.map((row) => row.join()))]
      expect(rows.map((row) => table.row(row))).toEqual(rows.map((row) => distinct.indexOf(row.join())))
      expect(table.count).toBe(distinct.length)
      const cursor = new Cursor(table.body.taken())
      const written: number[] = []
      while (cursor.at < cursor.bytes.length) written.push(cursor.varint())
      expect(written.join()).toBe(distinct.filter(Boolean).join())
    }),
  )
})

test('tells rows of one hash apart', () => {
  const table = new Table()
  // Hashes are made of the lowest 32 bits.
  const rows = [5, 5 + 2 ** 32, 5 + 2 ** 33].map((number) => [number])
  expect(rows.map((row) => table.row(row))).toEqual([0, 1, 2])
  expect(rows.map((row) => table.row(row))).toEqual([0, 1, 2])
})
