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
    run(join(folder, file), `UPDATE _cf_METADATA SET value = ? WHERE key = ${ALARM_KEY} AND value IS NOT NULL`, due)
  }
  return run(join(folder, list), `UPDATE _cf_ALARM SET scheduled_time = ?`, due)
}

function run(file: string, sql: string, value: bigint): number {
  const disk = new DatabaseSync(file)
  try {
    return Number(disk.prepare(sql).run(value).changes)
  } finally {
    disk.close()
  }
}
