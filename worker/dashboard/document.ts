/** The frame of every page of the house: head, one style, one script, and the page's own regions between them. */
import { type Html, html, trusted } from '../../sdk/chart/html'
import { STYLE } from './style'

/** Three pellets of hail. Drawn here, so that a page asks nobody for anything. */
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="#0a7cc8"><circle cx="11" cy="12" r="7"/><circle cx="23" cy="9" r="4" opacity=".55"/><circle cx="20" cy="22" r="6" opacity=".8"/></g></svg>`
const ICON = `data:image/svg+xml,${encodeURIComponent(MARK)}`

/** The house's name, as it stands at the head of a page. */
export const brand = html`<a class="brand" href="/">${trusted(MARK.replace('<svg', '<svg aria-hidden="true" width="28" height="28"'))}Graupel</a>`

interface Parts {
  title: string
  nonce: string
  body: Html
  /** What this page has beside the style of all. */
  style?: string
  /** The page's own script, as text; it runs when the page is parsed. */
  script?: string
}

export function document({ title, nonce, body, style = '', script }: Parts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style nonce="${nonce}">${trusted(STYLE + style)}</style>
</head>
<body>
${body}
${script !== undefined && html`<script nonce="${nonce}">${trusted(script)}</script>`}
</body>
</html>
`.text
}
