import { expect, test } from 'vitest'
import { html, trusted } from '../../../sdk/chart/html'

test('escapes whatever is put in, in elements and attributes', () => {
  expect(html`<a title="${`"'`}">${'<b>&'}</a>`.text).toBe('<a title="&quot;&#39;">&lt;b&gt;&amp;</a>')
})

test('keeps what a template made, and joins lists of it', () => {
  expect(html`<ul>${['a', '<'].map((name) => html`<li>${name}</li>`)}</ul>`.text).toBe(
    '<ul><li>a</li><li>&lt;</li></ul>',
  )
})

test('writes nothing for undefined and false, and zero for zero', () => {
  expect(html`${undefined}${false}${0}`.text).toBe('0')
})

test('does not take text for markup because it looks like what a template makes', () => {
  const forged = JSON.parse('{"text": "<script>"}')
  expect(() => html`${forged}`.text).toThrow()
  expect(html`${trusted('<br>')}`.text).toBe('<br>')
})
