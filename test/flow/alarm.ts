/**
 * Makes what objects mean to do later due at once: their alarms, on the disk of a server that is stopped.
 * workerd keeps an alarm twice, in the list of its class and in the object's own file, and believes it where both agree.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const NANOSECONDS = 1_000_000n
/** Where an object's own file keeps it. */
const ALARM_KEY = 1

/** How many alarms of a class of objects were brought forward. */
export function alarmNow(dataFolder: string, objects: 'graupel-hail' | 'graupel-whale'): number {
  const folder = join(dataFolder, 'objects', objects)
  const due = BigInt(Date.now()) * NANOSECONDS
  const list = 'metadata.sqlite'
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== list)) {
    set(join(folder, file), '_cf_METADATA', `value = ? WHERE key = ${ALARM_KEY} AND value IS NOT NULL`, due)
  }
  return set(join(folder, list), '_cf_ALARM', `scheduled_time = ?`, due)
}

/** When the next alarm of a class of objects is due, unix milliseconds. */
export function nextAlarm(dataFolder: string, objects: 'graupel-hail' | 'graupel-whale'): number {
  const disk = new DatabaseSync(join(dataFolder, 'objects', objects, 'metadata.sqlite'), { readOnly: true })
  const { due } = disk.prepare(`SELECT min(scheduled_time) / ${NANOSECONDS} AS due FROM _cf_ALARM`).get() as {
    due: number
  }
  disk.close()
  return due
}

/** An object that never set an alarm has no table for it. */
function set(file: string, table: string, what: string, value: bigint): number {
  const disk = new DatabaseSync(file)
  try {
    const isThere = disk.prepare(`SELECT 1 FROM sqlite_master WHERE name = ?`).get(table)
    return isThere ? Number(disk.prepare(`UPDATE ${table} SET ${what}`).run(value).changes) : 0
  } finally {
    disk.close()
  }
}
