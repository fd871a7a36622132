import { expect, test } from 'vitest'
import { estimate } from '../../../worker/rollup/estimate'

/** Registers as n elements leave them on the average: a rank of at most k has the share exp(-n / m / 2^k). */
function typical(m: number, q: number, n: number): Uint8Array {
  const registers = new Uint8Array(m)
  let rank = 0
  for (let i = 0; i < m; i++) {
    while (rank <= q && Math.exp(-n / m / 2 ** rank) < (i + 0.5) / m) rank++
    registers[i] = rank
  }
  return registers
}

test.each([
  ['a few', 10],
  ['as many as registers', 4096],
  ['a million', 1e6],
  ['a thousand million', 1e9],
  ['as many as there can be elements, half the registers full', Math.LN2 * 2 ** 40],
  ['four times that', 4 * Math.LN2 * 2 ** 40],
])('reads %s from registers as they are on the average', (_, n) => {
  expect(Math.abs(estimate(typical(4096, 28, n), 28) / n - 1)).toBeLessThan(0.002)
})

test('reads nothing from empty registers, and no end from full ones', () => {
  expect(estimate(new Uint8Array(4096), 28)).toBe(0)
  expect(estimate(new Uint8Array(4096).fill(29), 28)).toBe(Number.POSITIVE_INFINITY)
})
