/**
 * The page at `/reference`: every public route, made of the very document at `/openapi.json`. It runs no script; a route
 * opens by itself. A pure function of the document.
 */
import type { Document, Operation, Parameter } from '../reference/document'
import type { By } from '../reference/route'
import type { Shown } from '../reference/schema'
import { curlOf } from './curl'
import { brand, document as pageOf } from './document'
import { type Html, html } from '../../sdk/chart/html'
import { kindOf } from './kind'
import { text } from './markdown'

export function referencePage(document: Document, nonce: string): string {
  const { info, tags } = document
  return pageOf({
    title: 'API reference – Graupel',
    nonce,
    style: STYLE,
    body: html`<a class="skip" href="#main">To the routes</a>
<header class="top">${brand}<a href="/openapi.json">openapi.json</a></header>
<main id="main" class="reference">
<div class="title"><h1>API reference</h1><p class="quiet small">OpenAPI ${document.openapi}</p></div>
<div class="card stack">${info.description.split('\n\n').map((paragraph) => html`<p>${text(paragraph)}</p>`)}
<dl class="keys">${Object.entries(document.components.securitySchemes).map(([name, scheme]) => html`<dt>${NAMES[name as By]}</dt><dd>${text(scheme.description)}</dd>`)}</dl>
<nav aria-label="Families"><ul class="families">${tags.map(({ name }) => html`<li><a href="#${anchor(name)}">${name}</a></li>`)}<li><a href="#shapes">Shapes</a></li></ul></nav></div>
${tags.map(({ name, description }) => family(document, name, description))}
${shapes(document)}
</main>`,
  })
}

function shapes({ components }: Document): Html {
  // Who reads an answer needs nothing: what may be absent says when it is there.
  const rows = (schema: Shown) =>
    rowsOf({ ...schema, required: [] }) ?? [{ name: 'JSON', kind: kindOf(schema), about: schema.description ?? '' }]
  return html`<section class="card" id="shapes"><h2>Shapes</h2><p class="quiet">What answers are made of.</p>
${Object.entries(components.schemas).map(
  ([
    name,
    schema,
  ]) => html`<details id="shape-${name}"><summary><code>${name}</code></summary>${table('Members', rows(schema))}</details>
`,
)}</section>`
}

const NAMES: Record<By, string> = { admin: 'Admin token', write: 'Write key', read: 'Read key', share: 'Share' }

const anchor = (text: string): string => text.toLowerCase().replaceAll(/\W+/g, '-')

function family(document: Document, name: string, about: string): Html {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => operation.tags[0] === name)
      .map(([method, operation]) => route({ document, method, path, operation })),
  )
  return html`<section class="card" id="${anchor(name)}"><h2>${name}</h2><p class="quiet">${text(about)}</p>
${routes}</section>`
}

interface Described {
  document: Document
  method: string
  path: string
  operation: Operation
}

function route(described: Described): Html {
  const { document, method, path, operation } = described
  const { summary, description, security, parameters = [], requestBody, responses, operationId } = operation
  const body = Object.values(requestBody?.content ?? {})[0]?.schema
  return html`<details id="${operationId}"><summary><span class="method">${method.toUpperCase()}</span> <code>${path}</code> <span class="does">${summary}</span></summary>
<div class="stack">
${description !== undefined && html`<p>${text(description)}</p>`}
<p class="small quiet">${byOf(security)}</p>
<pre tabindex="0"><code>${curlOf(document.servers[0]?.url ?? '', described)}</code></pre>
${parameters.length > 0 && table('Parameters', parameters.map(parameterRow))}
${body !== undefined && bodyOf(document, body, Object.keys(requestBody?.content ?? {}))}
${table(
  'Answers',
  Object.entries(responses).map(([status, { description: about, content = {} }]) => {
    const [type, { schema } = {}] = Object.entries(content)[0] ?? []
    return { name: status === 'default' ? '4xx, 5xx' : status, kind: answerOf(type, schema), about }
  }),
)}
</div></details>
`
}

function byOf(security: Operation['security']): string {
  const names = security.flatMap((each) => Object.keys(each)).map((name) => NAMES[name as By].toLowerCase())
  return names.length ? `By ${names.join(', or ')}.` : 'By anybody.'
}

interface Row {
  name: string
  kind: string
  about: string
  isOld?: boolean
  isNeeded?: boolean
}

const parameterRow = ({ name, schema, content, description = '', deprecated, required }: Parameter): Row => ({
  name,
  kind: content ? 'JSON' : kindOf(schema ?? {}),
  about: description,
  isOld: deprecated === true,
  isNeeded: required === true,
})

/** Shapes alone have names with a capital, and are explained below; other kinds are plain words. */
const linked = (kind: string): Html[] =>
  kind
    .split(/\b([A-Z]\w*[a-z]\w*)\b/)
    .map((part, i) => (i % 2 ? html`<a href="#shape-${part}">${part}</a>` : html`${part}`))

const table = (caption: string, rows: readonly Row[]): Html => html`<table><caption>${caption}</caption><tbody>
${rows.map(
  ({
    name,
    kind,
    about,
    isOld,
    isNeeded,
  }) => html`<tr><th scope="row"><code>${name}</code>${isNeeded && html` <span class="small quiet">needed</span>`}${isOld && html` <span class="small quiet">deprecated</span>`}</th><td>${about !== '' && html`<p>${text(about)}</p>`}${kind !== '' && html`<p class="small quiet">${linked(kind)}</p>`}</td></tr>
`,
)}</tbody></table>`

/** Of one of several shapes, the first that has members. */
function bodyOf(document: Document, schema: Shown, types: readonly string[]): Html {
  const rows = rowsOf(objectIn(document, schema)) ?? [{ name: 'body', kind: kindOf(schema), about: '' }]
  return table(`Body, ${types.join(' or ')}`, rows)
}

/** Members of an object; undefined where it is none, or has names of its sender's own. */
function rowsOf({ properties, required = [] }: Shown): Row[] | undefined {
  return (
    properties &&
    Object.entries(properties).map(([name, member]): Row => {
      const shown = typeof member === 'boolean' ? {} : (member as Shown & { deprecated?: true }) // JSON Schema has that word.
      const isOld = shown.deprecated === true
      return { name, kind: kindOf(shown), about: shown.description ?? '', isOld, isNeeded: required.includes(name) }
    })
  )
}

function objectIn(document: Document, schema: Shown): Shown {
  const { $ref: ref, anyOf: [first] = [] } = schema
  if (ref !== undefined) return document.components.schemas[ref.replace(/^.*\//, '')] ?? {}
  return typeof first === 'object' ? objectIn(document, first) : schema
}

function answerOf(type: string | undefined, schema: Shown = {}): string {
  if (type === undefined) return ''
  return type.endsWith('json') ? kindOf(schema) : type
}

const STYLE = `
.reference section { margin-top: 1.25rem; }
.reference section > .quiet { margin: .25rem 0 .75rem; }
.reference details { border-top: 1px solid var(--line); }
.reference details > summary { padding: .75rem 0; color: inherit; font-weight: 400; overflow-wrap: anywhere; }
.reference details[open] > summary { margin: 0; }
.reference details > .stack { padding-bottom: 1.5rem; }
.reference summary code { font-weight: 600; }
.method { display: inline-block; min-width: 3.75rem; font: 600 .75rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; color: var(--accent); }
.does { color: var(--quiet); margin-left: .5rem; }
.reference table { table-layout: fixed; }
.reference tbody tr { border-top: 1px solid var(--line); vertical-align: top; }
.reference tbody th { width: 30%; padding: .5rem .5rem .5rem 0; overflow-wrap: anywhere; }
.reference tbody td { text-align: left; white-space: normal; padding: .5rem 0; overflow-wrap: anywhere; }
.reference pre {
  padding: .75rem 1rem; background: var(--ground); border: 1px solid var(--line); border-radius: 8px;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.families { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none; }
.families a { display: inline-block; padding: .375rem 0; }
.keys { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; }
.keys dt { font-weight: 550; }
@media (max-width: 40rem) {
  .keys { grid-template-columns: 1fr; }
  .keys dd + dt { margin-top: .5rem; }
  .does { display: block; margin: .25rem 0 0; }
  .reference tbody th { width: 36%; }
}
`
