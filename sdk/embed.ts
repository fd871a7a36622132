/**
 * The embed's entry: `<script defer src="https://HOST/embed.js"></script>` once in a page, and in it as many
 * `<graupel-graph share="…">` as one likes. Bundled by npm it is `graupel/embed`, and each names its `host`.
 */
import { graphElement } from './embed/element'

const NAME = 'graupel-graph'

try {
  const script = document.currentScript as HTMLScriptElement | null // One of HTML's, or none in a module.
  if (!customElements.get(NAME)) customElements.define(NAME, graphElement(script?.src))
} catch {
  // Rendered on a server, where there are no elements; or a browser that has none of its own making.
}
