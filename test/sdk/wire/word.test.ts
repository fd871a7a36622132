import { describe, expect, test } from 'vitest'
import { typeOfDecision, wordOf } from '../../../sdk/wire/word'

test.each([
  ['page', 'b', 'decision.page.b'],
  ['a.b', 'c d', 'decision.a_b.c_d'],
  ['日', undefined, 'decision._65e5'],
  ['PageVariation', 'b_c-d', 'decision.PageVariation.b_c-d'],
  ['', '<script>', 'decision._._script_'],
])('%s and %s are counted as %s… each a word of its own', (decision, option, type) => {
  expect(typeOfDecision(decision, option)).toBe(type)
})

describe('names of any script stay apart', () => {
  test.each([
    ['10 €', '10 $', '10__20ac', '10__'],
    ['短い', '長い', '_77ed_3044', '_9577_3044'],
    ['Größe', 'Grüße', 'Gr_f6_dfe', 'Gr_fc_dfe'],
    ['🌧', '🌨', '_1f327', '_1f328'],
    ['\ud83c', '\ud83d', '_d83c', '_d83d'],
  ])('%s and %s', (a, b, first, second) => {
    expect([wordOf(a), wordOf(b)]).toEqual([first, second])
    expect(wordOf(a)).not.toBe(wordOf(b))
  })
})

test('what is cut stays apart by a hash of the whole', () => {
  const [a, b] = ['a', 'b'].map((end) => wordOf('長'.repeat(99) + end))
  for (const word of [a, b]) expect(word).toMatch(/^(_9577){22}__[0-9a-f]{8}$/)
  expect(a).not.toBe(b)
})

test('the longest names make a type that none of it is cut from', () => {
  expect(typeOfDecision('🌧'.repeat(50), 'x'.repeat(200)).length).toBeLessThan(256)
})
