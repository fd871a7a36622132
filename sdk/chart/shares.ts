/** Parts of a whole, as one bar: each as wide as its share, in its own colour. As wide as the box it stands in. */
import { type Html, html } from './html'
import { colorOf } from './theme'

const HEIGHT = 16
/** Between two parts, so that they are told apart without their colours. */
const GAP = 0.3

/** `colors` are the numbers of the parts' colours, in their order. */
export function shareBar(shares: readonly number[], colors: readonly number[]): Html {
  const starts = shares.map((_, i) => 100 * sum(shares.slice(0, i)))
  return html`<svg class="g-shares" aria-hidden="true" width="100%" height="${HEIGHT}">${shares.map((share, i) => {
    const [x, width] = [starts[i] ?? 0, Math.max(0, 100 * share - GAP)]
    return html`<rect class="${colorOf(colors[i] ?? i)}" fill="currentColor" x="${x.toFixed(2)}%" width="${width.toFixed(2)}%" height="${HEIGHT}"/>`
  })}</svg>`
}

/** One part alone, behind the words of a cell. */
export const tint = (share: number): Html =>
  html`<svg class="g-tint" aria-hidden="true" width="100%" height="100%"><rect fill="currentColor" width="${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%" height="100%"/></svg>`

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)
