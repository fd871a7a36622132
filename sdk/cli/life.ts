/**
 * A process, told apart from a later one with the same number: its pid and when it was born.
 * Linux says so in /proc (with the boot's own id, since ticks begin anew with each boot), others through `ps`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

export interface Life {
  pid: number
  born: string
}

const BOOT = '/proc/sys/kernel/random/boot_id'

function linuxBirth(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in brackets and may hold anything; after it: the state is field 3, the birth field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isDead = fields[0] === 'Z' || fields[0] === 'X'
    return isDead ? undefined : `${readFileSync(BOOT, 'utf8').trim()}/${fields[19]}`
  } catch {
    return undefined
  }
}

function birthByPs(pid: number): string | undefined {
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
  const { stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { env, encoding: 'utf8' })
  const [, state, born] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout ?? '') ?? []
  return born && !state?.startsWith('Z') ? born : undefined
}

/** When the process was born, or undefined where none lives. */
export const birth = (pid: number): string | undefined => (existsSync(BOOT) ? linuxBirth(pid) : birthByPs(pid))

export const isAlive = ({ pid, born }: Life): boolean => birth(pid) === born
