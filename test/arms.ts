/** Ten thousand keys and the arms that each of them gets, wherever it is drawn: as a digest, so that no place asks another. */
export const KEYS = Array.from({ length: 10_000 }, (_, i) => `user-${i}`)

export const ARMS = [
  { hash: 'murmur', weights: [0.5, 0.2, 0.25, 0.05], digest: 'a62cecbdcf9bf254aa9db2a5e89b00ac8d891498' },
  { hash: 'alephbet', weights: [5, 2, 2, 1], digest: '17fb45f81cd0190b53ad36b6106f9cc0e15489ab' },
] as const
