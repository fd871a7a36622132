/**
 * Event ids as sorted rows of ten bytes: 2^80 values, no pointers, one binary search.
 * In memory and on disk alike, so that a bucket read from its row is ready for use.
 * An id is a string of ten characters up to U+00FF, one a byte.
 */
export const ID_BYTES = 10

/** Where the id stands, or would stand, in rows. */
function rank(rows: Uint8Array, id: string): { at: number; found: boolean } {
  let low = 0
  let high = rows.length / ID_BYTES
  while (low < high) {
    const middle = (low + high) >> 1
    const order = compare(rows, middle * ID_BYTES, id)
    if (order === 0) return { at: middle, found: true }
    if (order < 0) low = middle + 1
    else high = middle
  }
  return { at: low, found: false }
}

function compare(rows: Uint8Array, offset: number, id: string): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const order = rows[offset + i]! - id.charCodeAt(i)
    if (order) return order
  }
  return 0
}

export const has = (rows: Uint8Array, id: string): boolean => rank(rows, id).found

/** Rows with the ids added, still sorted, each once. */
export function withIds(rows: Uint8Array, ids: Iterable<string>): Uint8Array {
  const sorted = [...new Set(ids)].filter((id) => !has(rows, id)).sort(byBytes)
  const merged = new Uint8Array(rows.length + sorted.length * ID_BYTES)
  let from = 0
  let to = 0
  for (const id of sorted) {
    const until = rank(rows, id).at * ID_BYTES
    merged.set(rows.subarray(from, until), to)
    to += until - from
    from = until
    for (let i = 0; i < ID_BYTES; i++) merged[to++] = id.charCodeAt(i)
  }
  merged.set(rows.subarray(from), to)
  return merged
}

const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
