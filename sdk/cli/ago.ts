/** How long ago, in the coarsest unit that tells enough: whether something lives is read in a glance. */
const UNITS: [seconds: number, name: string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** `3 s`, `12 min`, `5 h`, `40 d`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [length, name] = UNITS.find(([length]) => whole >= length) ?? UNITS.at(-1)!
  return `${Math.floor(whole / length)} ${name}`
}

/** Both in unix milliseconds; what never was is told as such. */
export const ago = (at: number | null, now: number): string =>
  at === null ? 'never' : `${span((now - at) / 1000)} ago`
