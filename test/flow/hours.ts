/** Makes hours pass for logs and all that names places in them, on the disks of servers that are stopped. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const HOUR = 3_600_000
const PER_MS = 1024

/** Where positions stand, by the object that holds them; 0 is no position. */
const POSITIONS = {
  'graupel-hail': ['place.filed', 'place.merged', 'place.dropped', 'stretch.until', 'receiver.cursor', 'source.cursor'],
  'graupel-whale': ['shard.cursor'],
}

export function hoursPass(dataFolder: string, hours: number): void {
  for (const [objects, columns] of Object.entries(POSITIONS)) {
    const folder = join(dataFolder, 'objects', objects)
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')) {
      const disk = new DatabaseSync(join(folder, file))
      const tables = (
        disk.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all() as { name: string }[]
      ).map(({ name }) => name)
      for (const each of columns) {
        const [table = '', column = ''] = each.split('.')
        if (tables.includes(table)) back(disk, table, column, hours)
      }
      for (const table of tables.filter((name) => name.startsWith('log_'))) {
        back(disk, table, 'position', hours)
        disk.exec(`ALTER TABLE ${table} RENAME TO log_${Number(table.slice(4)) - hours}`)
      }
      disk.close()
    }
  }
}

function back(disk: DatabaseSync, table: string, column: string, hours: number): void {
  // SQLite's integers are wider than JavaScript's, so that no place is rounded.
  disk.exec(`UPDATE ${table} SET ${column} = ${column} - ${hours * HOUR * PER_MS} WHERE ${column} > 0`)
}
