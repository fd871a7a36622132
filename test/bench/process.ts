/** Processor time of a process, as the system counts it. The clock inside a Worker stands still: measure from outside. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Ticks a second in /proc, fixed by Linux's interface to user programs. */
const TICKS = 100

/** Seconds of CPU that a process has used, user and system. */
export function cpuSeconds(pid: number): number {
  if (existsSync(`/proc/${pid}/stat`)) {
    // The name in parentheses may hold spaces; fields 14 and 15 stand behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  }
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}
