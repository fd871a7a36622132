import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, inject, test } from 'vitest'

/** What was reached, with room for a feature or two. Cloudflare's free plan takes 3 MB, and each start reads all of it. */
const BUDGET = 340 * 1024

const bundle = () => readFileSync(join(inject('built'), 'worker/index.js'), 'utf8')

test('the Worker is no larger than its budget, packed', () => {
  expect(gzipSync(bundle(), { level: 9 }).length).toBeLessThan(BUDGET)
})

test('one validator is in it, and no converter of another', () => {
  const text = bundle()
  expect(text).toContain('node_modules/valibot/')
  expect(text).not.toMatch(/node_modules\/(zod|effect|arktype|@typeschema|hono-openapi)\//)
})
