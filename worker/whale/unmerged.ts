/**
 * Unmerged: what Hails hold for their site's decisions and have not handed over. While weights are asked each Hail is asked
 * once a second at the most, for what came since, and whoever asks shares it; for who reads results it is asked anew. Who stays
 * silent is passed over: what it says later is heard at the next look.
 */
import { Rationed } from './rationed'
import type { Noted, Notes } from './slice'

/** How old what is known of a Hail may be. */
const FRESH_MS = 1_000
/** An isolate waits twice as long for its weights. */
const PATIENCE_MS = 250
/** Notes of one Hail that are kept in memory; what more there are come with its merges. */
const MOST_NOTES = 50_000

interface Waiting {
  /** Its log is known up to here. */
  to: number
  notes: Noted[]
  /** When it was last asked. */
  asked: number
  /** What it is being asked. */
  asking?: Promise<void> | undefined
  /** What it is asked for readers who want all that there is. */
  rationed: Rationed<void>
}

/** How far each Hail's log has come; by shard, none where it is not begun. */
type Positions = ReadonlyMap<number, number>

export class Unmerged {
  private readonly shards = new Map<number, Waiting>()

  /** `ask` a Hail for what lies behind a position of its log. */
  constructor(private readonly ask: (shard: number, after: number) => Promise<Notes>) {}

  /** Resolves when what `count` Hails had a second ago is known, or they keep silent. */
  async refresh(count: number, cursors: Positions): Promise<void> {
    const now = Date.now()
    const asking = Array.from({ length: count }, (_, shard) => {
      const waiting = this.waiting(shard)
      if (waiting.asking || now - waiting.asked < FRESH_MS) return waiting.asking
      trim(waiting, cursors.get(shard))
      return this.turn(shard, waiting)
    }).filter((each) => each !== undefined)
    if (asking.length) await Promise.race([Promise.all(asking), scheduler.wait(PATIENCE_MS)])
  }

  /** Resolves when all that `count` Hails had acknowledged before is known, or they keep silent. */
  async catchUp(count: number, cursors: Positions): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, shard) => {
        const waiting = this.waiting(shard)
        return waiting.rationed.ask(async () => {
          await waiting.asking
          trim(waiting, cursors.get(shard))
          await this.turn(shard, waiting)
        })
      }),
    )
  }

  /** All that is known and not merged, and lies behind what was reached; each Hail's in the order of its log. */
  after(cursors: Positions, reached: Positions): { shard: number; noted: Noted }[] {
    return [...this.shards].flatMap(([shard, waiting]) => {
      trim(waiting, cursors.get(shard))
      const from = reached.get(shard) ?? 0
      return waiting.notes.filter(({ position }) => position > from).map((noted) => ({ shard, noted }))
    })
  }

  private waiting(shard: number): Waiting {
    const known = this.shards.get(shard) ?? { to: 0, notes: [], asked: 0, rationed: new Rationed<void>() }
    this.shards.set(shard, known)
    return known
  }

  private turn(shard: number, waiting: Waiting): Promise<void> {
    waiting.asked = Date.now()
    waiting.asking = this.hear(shard, waiting)
      // It is passed over, and asked again.
      .catch(() => undefined)
      .finally(() => {
        waiting.asking = undefined
      })
    return waiting.asking
  }

  private async hear(shard: number, waiting: Waiting): Promise<void> {
    for (let isMore = true; isMore && waiting.notes.length < MOST_NOTES; ) {
      const { to, notes, isCut } = await this.ask(shard, waiting.to)
      // What was merged meanwhile is known already.
      const news = notes.filter(({ position }) => position > waiting.to)
      for (const noted of news) waiting.notes.push(noted)
      waiting.to = Math.max(waiting.to, to)
      isMore = isCut === true
    }
  }
}

/** Lets go of what is merged. */
function trim(waiting: Waiting, cursor = 0): void {
  waiting.to = Math.max(waiting.to, cursor)
  if (waiting.notes.length && waiting.notes[0]!.position <= cursor) {
    waiting.notes = waiting.notes.filter(({ position }) => position > cursor)
  }
}
