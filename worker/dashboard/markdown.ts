/** The one mark that descriptions use: `code` between backticks. */
import { type Html, html } from '../../sdk/chart/html'

export const text = (marked: string): Html[] =>
  marked.split('`').map((part, i) => (i % 2 ? html`<code>${part}</code>` : html`${part}`))
