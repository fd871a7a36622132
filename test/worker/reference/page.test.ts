import { expect, test } from 'vitest'
import { curlOf } from '../../../worker/dashboard/curl'
import { kindOf } from '../../../worker/dashboard/kind'
import { referencePage } from '../../../worker/dashboard/reference'
import { documentOf } from '../../../worker/reference/document'

const document = { ...documentOf(), servers: [{ url: 'https://count.example' }] }

test.each([
  [{ type: 'integer', minimum: 1, maximum: 1000 }, 'whole number, 1 to 1,000'],
  [{ type: 'string', maxLength: 256 }, 'text of at most 256 characters'],
  [{ type: 'array', items: { type: 'string' }, maxItems: 8 }, 'list of at most 8, each text'],
  [{ type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], minItems: 2 }, 'list of 2'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'object, each number'],
  [{ type: 'object', properties: { raw: {}, days: {} } }, 'object: raw, days'],
  [{ anyOf: [{ const: false }, { type: 'integer' }] }, 'false, or whole number'],
  [{ enum: ['gpc', 'dnt'] }, 'one of gpc, dnt'],
  [{ $ref: '#/components/schemas/Graph' }, 'Graph'],
  [{}, 'JSON'],
] as const)('says %j in words: %s', (schema, words) => {
  expect(kindOf(structuredClone(schema) as Parameters<typeof kindOf>[0])).toBe(words)
})

test.each([
  [
    'get',
    '/totals',
    'curl -G \\\n  -H "Authorization: Bearer $READ" \\\n  -d type=pageview \\\n  -d period=today,30d \\\n  https://count.example/totals',
  ],
  ['get', '/healthz', 'curl https://count.example/healthz'],
  ['get', '/embed', 'curl -G -d "share=$SHARE" https://count.example/embed'],
  [
    'delete',
    '/api/sites/{site}',
    'curl -X DELETE -H "Authorization: Bearer $ADMIN" https://count.example/api/sites/SITE',
  ],
  [
    'patch',
    '/api/sites/{site}',
    `curl \\\n  -H "Authorization: Bearer $ADMIN" \\\n  -X PATCH \\\n  -H "Content-Type: application/json" \\\n  -d '{"keep":{"raw":7}}' \\\n  https://count.example/api/sites/SITE`,
  ],
  [
    'get',
    '/count',
    `curl -G \\\n  -H "Authorization: Bearer $WRITE" \\\n  -d type=order \\\n  --data-urlencode 'metrics={"dollars":12.5}' \\\n  https://count.example/count`,
  ],
] as const)('shows how to %s %s from a shell', (method, path, shell) => {
  expect(curlOf('https://count.example', { method, path, operation: document.paths[path]![method]! })).toBe(shell)
})

test('every shape that is named is explained on the page', () => {
  const page = referencePage(document, 'n0nce')
  const named = [...page.matchAll(/href="#(shape-\w+)"/g)].map(([, id]) => id!)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((id) => !page.includes(`id="${id}"`))).toEqual([])
})
