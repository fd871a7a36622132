/** Makes every isolate have heard of a change in a site's number of Hails long ago, on the disk of a server that is stopped. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export function heardNow(dataFolder: string): void {
  const folder = join(dataFolder, 'objects', 'graupel-pod')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')) {
    const disk = new DatabaseSync(join(folder, file))
    const rows = disk.prepare(`SELECT site, settings FROM site WHERE settings IS NOT NULL`).all() as {
      site: number
      settings: string
    }[] // The Pod's own table.
    for (const { site, settings } of rows) {
      const known = JSON.parse(settings) as { shards: { heard?: number }[] }
      const shards = known.shards.map((each) => (each.heard === undefined ? each : { ...each, heard: Date.now() - 1 }))
      disk.prepare(`UPDATE site SET settings = ? WHERE site = ?`).run(JSON.stringify({ ...known, shards }), site)
    }
    disk.close()
  }
}
