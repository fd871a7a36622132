/** Asks all Hails of a site at once. One that stays silent is undefined: a reader waits for nobody longer than this. */
const PATIENCE_MS = 500

export function askAll<Answer>(
  count: number,
  ask: (shard: number) => Promise<Answer>,
): Promise<(Answer | undefined)[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, shard) => {
      const silence = scheduler.wait(PATIENCE_MS).then(() => undefined)
      return Promise.race([ask(shard), silence]).catch(() => undefined)
    }),
  )
}
