import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const folder = resolve(import.meta.dirname, '../../demo/pages')
const files = readdirSync(folder)
const pages = files.filter((name) => name.endsWith('.html'))
const read = (name: string) => readFileSync(join(folder, name), 'latin1')

test('lies flat, as the server serves it', () => {
  expect(files.every((name) => /^[\w-]+\.[a-z]+$/.test(name))).toBe(true)
})

describe.each(pages)('%s', (name) => {
  const page = read(name)

  test('carries one script tag, which counts on localhost too', () => {
    expect(page.match(/<script defer src="\/b\/\{\{site\}\}\.js" data-local/g)).toHaveLength(1)
  })

  test('asks for what the launcher knows', () => {
    const asked = [...page.matchAll(/\{\{(\w+)\}\}/g)].map(([, key]) => key!)
    expect(['site', 'pixel', 'share', 'results', 'prefix']).toEqual(expect.arrayContaining([...new Set(asked)]))
  })

  test('links only to what is there', () => {
    const links = [...page.matchAll(/(?:href|src|action|srcset)="([^"]+)"/g)].map(([, link]) => link!.split(/[?#]/)[0]!)
    const elsewhere = links.filter(
      (link) => !files.includes(link) && !/^\/(b\/\{\{site\}\}|embed|results)\.js$/.test(link),
    )
    expect(elsewhere).toEqual([])
  })
})

test.each([
  ['size-chart.pdf', '%PDF-1.4', '%%EOF\n'],
  ['pad-patterns.zip', 'PK\x03\x04', 'PK\x05\x06'],
])('offers %s, a real file', (name, first, last) => {
  expect(read(name).startsWith(first)).toBe(true)
  expect(read(name)).toContain(last)
})
