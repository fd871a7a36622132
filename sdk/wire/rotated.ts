/** A 32-bit word whose upper `by` bits come round to be its lowest. */
export const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by))
