/** How large a graph is drawn in its element's box: as wide as that, and as high as is asked, or as looks well. */

/** As wide as a drawing can be read; in a narrower box it is scaled down. */
const LEAST_WIDTH = 200
const HEIGHTS = [60, 4_000] as const
/** Three to eight, within what is neither a strip nor a wall. */
const PROPORTION = 3 / 8
const WELL = [200, 320] as const

const within = ([least, most]: readonly [number, number], value: number) => Math.min(most, Math.max(least, value))

/** `asked` is pixels, or `fill`: what the page's own style makes it. */
export function sizeIn(
  box: { width: number; height: number },
  asked: string | null,
): { width: number; height: number } {
  const width = Math.max(LEAST_WIDTH, Math.round(box.width))
  const height = asked === 'fill' ? box.height : Number(asked)
  return { width, height: Math.round(height > 0 ? within(HEIGHTS, height) : within(WELL, width * PROPORTION)) }
}
