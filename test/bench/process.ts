/** What a process has used, as the system counts it. The clock inside a Worker stands still: measure from outside. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Ticks a second in /proc, fixed by Linux's interface to user programs. */
const TICKS = 100
const KIB = 1024

/** Seconds of CPU that a process has used, user and system. */
export function cpuSeconds(pid: number): number {
  if (existsSync(`/proc/${pid}/stat`)) {
    // The name in parentheses may hold spaces; fields 14 and 15 stand behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  }
  return ps(pid, 'time')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
}

/** Bytes that a process holds in memory now; and the most it ever held, where the system tells. */
export function memoryOf(pid: number): { now: number; most?: number } {
  if (!existsSync(`/proc/${pid}/status`)) return { now: Number(ps(pid, 'rss')) * KIB }
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  return { now: kib('VmRSS') * KIB, most: kib('VmHWM') * KIB }
}

const ps = (pid: number, what: string): string =>
  execFileSync('ps', ['-o', `${what}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()
