/**
 * The results' entry: `<script defer src="https://HOST/results.js"></script>` once in a page, and in it
 * `<graupel-results decision="…" share="…">`. The dashboard's page and everybody else's show the same drawing.
 */
import { resultsElement } from './results/element'

const NAME = 'graupel-results'

try {
  const script = document.currentScript as HTMLScriptElement | null // One of HTML's.
  if (!customElements.get(NAME)) customElements.define(NAME, resultsElement(script?.src))
} catch {
  // A browser that has no elements of its own making.
}
