/** The calendar of a zone, by the runtime's own `Intl`: what date and hour it is there, and the numbers of the periods it lies in. */
const HALF_HOUR = 1_800_000
const HOUR = 3_600_000
export const DAY = 24 * HOUR

export class Calendar {
  private readonly format: Intl.DateTimeFormat
  private readonly offsets = new Map<number, number>()

  /** Throws where there is no such zone. */
  constructor(zone: string) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
    this.format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...numeric })
  }

  /** Of a moment (unix milliseconds): a date whose UTC fields are the local ones. */
  local(at: number): Date {
    return new Date(at + this.offset(at))
  }

  /** `2026-11-26` */
  date(at: number): string {
    return this.local(at).toISOString().slice(0, 10)
  }

  /** As the script counts them: day, month, ever, nothing, week, quarter, year. */
  periods(at: number): number[] {
    const date = this.local(at)
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
    const day = date.getTime() / DAY
    // 1970 began on a Thursday, weeks begin on Mondays.
    return [day, month, 1, 0, (day + 3) / 7, month / 3, month / 12].map(Math.floor)
  }

  /** Milliseconds ahead of UTC. Clocks are changed on half hours of UTC, so each half hour is asked for once. */
  private offset(at: number): number {
    const slot = Math.floor(at / HALF_HOUR)
    const known = this.offsets.get(slot)
    if (known !== undefined) return known
    const start = slot * HALF_HOUR
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
    for (const { type, value } of this.format.formatToParts(start)) part[type] = Number(value)
    const { year = 0, month = 1, day, hour, minute } = part
    const offset = Date.UTC(year, month - 1, day, hour, minute) - start
    this.offsets.set(slot, offset)
    return offset
  }
}
