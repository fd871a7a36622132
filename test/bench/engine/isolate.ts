/** The isolate that a view comes to, as far as it asks others for itself: the list of sites, and the salt of the day. */
import type { Env } from '../../../worker/env'
import { Directory } from '../../../worker/pod/directory'
import { Salts } from '../../../worker/pod/salts'

/** A local date, yyyymmdd; which one it is plays no part. */
const DAY = 20_261_110

export class Isolate {
  private readonly directory = new Directory()
  private readonly salts = new Salts()

  constructor(private readonly env: Env) {}

  /** What it asks before it takes a view; nothing, mostly. */
  async prepare(site: number, now: number): Promise<void> {
    await this.directory.site(this.env, site, now)
    await this.salts.key(this.env, DAY, now)
  }
}
