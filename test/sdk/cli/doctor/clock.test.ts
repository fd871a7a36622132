import { expect, test } from 'vitest'
import { clockCheck } from '../../../../sdk/cli/doctor/clock'

const NOW = Date.UTC(2026, 9, 21, 12)
const MINUTE = 60_000

test.each<[server: number, date: number, state: string, says: string]>([
  [0, 0, 'ok', 'agree'],
  [4_000, 3_000, 'ok', 'agree'],
  [-4_000, -5_000, 'ok', 'agree'],
  [0, NaN, 'ok', 'agree'],
  [6_000, 6_000, 'note', "the server's clock is 6 seconds ahead of that of this machine"],
  [-9 * MINUTE, -9 * MINUTE, 'note', "the server's clock is 9 minutes behind that of this machine"],
  [13 * MINUTE, 13 * MINUTE, 'wrong', "the server's clock is 13 minutes ahead of that of this machine"],
  [-50 * 60 * MINUTE, NaN, 'wrong', "the server's clock is 50 hours behind that of this machine"],
  [0, -60_000, 'note', "the Date of answers is 60 seconds behind the server's own clock"],
  [0, -60 * MINUTE, 'wrong', "the Date of answers is 60 minutes behind the server's own clock"],
])('a server %i ms off, whose answers say %i: %s', (server, date, state, says) => {
  const check = clockCheck({ here: NOW, server: NOW + server, date: NOW + date })
  expect(check).toMatchObject({ check: 'clock', state, says: expect.stringContaining(says) })
  expect(check.mend !== undefined).toBe(state !== 'ok')
})
