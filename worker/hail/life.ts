/** What a Hail has while it lives: what it read from disk when it woke, and its one alarm. A reader alone makes no table. */
import type { Env } from '../env'
import { type State, stateOf } from './state'

/** An alarm this overdue is stuck, and is set again. */
const OVERDUE_MS = 60_000

export interface Place {
  site: number
  shard: number
}

export class Life {
  private state: State | undefined
  private alarmAt: number | null | undefined

  constructor(
    readonly place: Place,
    readonly storage: DurableObjectStorage,
    readonly env: Env,
  ) {}

  /** What this life begins with. */
  wake(): State {
    this.state ??= stateOf(this.storage, true)
    return this.state!
  }

  /** The same, without making a table. */
  look(): State | undefined {
    this.state ??= stateOf(this.storage, false)
    return this.state
  }

  /** Nothing is left on disk. */
  end(): void {
    this.state = undefined
    this.alarmAt = null
  }

  /** Learns whether an alarm is set: call before writing what it is set for, so that both reach the disk together. */
  async recall(): Promise<void> {
    if (this.alarmAt === undefined) this.alarmAt = await this.storage.getAlarm().catch(() => null)
  }

  /** The alarm has rung. */
  rang(): void {
    this.alarmAt = null
  }

  /** Sets the alarm, unless one is set. */
  async alarmOnce(at: number): Promise<void> {
    if (this.alarmAt != null && this.alarmAt > Date.now() - OVERDUE_MS) return
    await this.alarm(at)
  }

  async alarm(at: number): Promise<void> {
    this.alarmAt = at
    await this.storage.setAlarm(at)
  }
}
