import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Decision } from '../../../../sdk/cli/ope/decision'
import { everything, wishOf } from '../../../../sdk/cli/ope/wish'
import { Stop, Usage } from '../../../../sdk/cli/stop'

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'graupel-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'mine.json')
  writeFileSync(file, text)
  return file
}

const decided = (country: string | null = 'SE', options = { a: 0.75, by: 0.25 }): Decision => ({
  decision: 'pages',
  t: 0,
  option: 'a',
  propensity: options.a,
  propensities: new Map(Object.entries(options)),
  context: new Map([['country', country]]),
  x: 1,
  y: 1,
})
const sharesBy = (text: string, decision = decided()) =>
  Object.fromEntries(wishOf(text)(decided()).shares(decision).entries())

test('without a wish, what ran, chance and each option are tried', () => {
  expect(everything(decided()).map(({ name }) => name)).toEqual(['logging', 'uniform', 'always a', 'always by'])
})

test('a policy is named, or lies in a file', () => {
  expect(sharesBy('logging', decided('SE', { a: 0.5, by: 0.5 }))).toEqual({ a: 0.5, by: 0.5 })
  expect(sharesBy('uniform')).toEqual({ a: 0.5, by: 0.5 })
  expect(sharesBy('always:by')).toEqual({ by: 1 })
  expect(sharesBy(fileOf('{"a": 0.1, "by": 0.9}'))).toEqual({ a: 0.1, by: 0.9 })
})

test('a file may have shares by the values of a dimension, and others for what it does not name', () => {
  const file = fileOf('{"by": "country", "values": {"SE": {"by": 1}}, "otherwise": {"a": 0.5, "by": 0.5}}')
  expect(sharesBy(file)).toEqual({ by: 1 })
  for (const other of ['US', null]) expect(sharesBy(file, decided(other))).toEqual({ a: 0.5, by: 0.5 })
})

test.each([
  ['best', Usage, /must be logging, uniform, always:OPTION, or a file; "best" can't be read \(ENOENT\)/],
  ['always:', Usage, /must be logging/],
  ['always:c', Stop, /^always:c: there is no option "c", but a, by/],
])('%s is no policy', (text, kind, words) => {
  const wish = () => wishOf(text)(decided())
  expect(wish).toThrow(kind)
  expect(wish).toThrow(words)
})

test.each([
  ['{"a"', /is not JSON/],
  ['[1]', /must hold a JSON object/],
  ['{"a": 0.5}', /must add up to 1, not 0.5/],
  ['{"a": 2, "by": -1}', /: a must be a number from 0 to 1/],
  ['{}', /must add up to 1, not 0/],
  ['{"a": "1"}', /: a must be a number from 0 to 1/],
  ['{"by": "country", "colour": 1}', /: values is missing/],
  ['{"by": "country", "values": {}}', /: otherwise is missing/],
  ['{"by": "country", "values": {"SE": {"a": 0.5}}, "otherwise": {"a": 1}}', /: values.SE must add up to 1/],
  ['{"by": "country", "values": {"SE": {"c": 1}}, "otherwise": {"a": 1}}', /there is no option "c", but a, by/],
  ['{"c": 1}', /there is no option "c", but a, by/],
])('a file that says %s is none', (text, words) => {
  expect(() => wishOf(fileOf(text))(decided())).toThrow(words)
})
