/** Where a function that falls from 1 at 0 towards 0 reaches a value: by halving, which is slow, plain, and never wrong. */
const HALVINGS = 100

export function inverse(falling: (x: number) => number, value: number): number {
  let [low, high] = [0, 1]
  while (falling(high) > value) high *= 2
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (falling(middle) > value) low = middle
    else high = middle
  }
  return (low + high) / 2
}
