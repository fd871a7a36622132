/**
 * `graupel keys`: the master keys of a data folder. A new one goes beside the old, so that what the old one sealed still opens;
 * an old one is taken out when nothing of it is in use any more. The file is replaced as a whole or not at all, and a server
 * reads it when it starts. No key is ever shown.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { parseKeys, secret } from './secrets'
import { say, type Spoken, speaks } from './say'
import { readSettings } from './settings'
import { Stop } from './stop'

/** Two bits of an envelope say which key it means. */
const MOST = 4

interface KeyFile {
  file: string
  text: string
  /** Oldest first. */
  kids: number[]
}

function read(): KeyFile {
  const { data, master } = readSettings(process.env)
  if (master) throw new Stop('GRAUPEL_MASTER stands above the file: change the keys there')
  const file = join(data, 'keys')
  if (!existsSync(file)) throw new Stop(`there is no ${file}: the first start makes it`)
  const text = readFileSync(file, 'utf8')
  const keys = parseKeys(text)
  if (!keys) throw new Stop(`${file} is damaged. Put it back from your copy.`)
  return { file, text, kids: keys.map((line) => Number(line[0])) }
}

/** On disk before it takes the old one's place. */
function replace(file: string, text: string): void {
  const draft = `${file}.new`
  const descriptor = openNew(draft)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(draft, file)
}

function openNew(draft: string): number {
  try {
    return openSync(draft, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Stop(`${draft} is there: another change is at work, or broke off before it was one. Then delete it.`)
  }
}

function list(options: Spoken): void {
  const { kids } = read()
  const keys = kids.map((kid, i) => ({ kid, seals: i === kids.length - 1, knowsVisitors: i === 0 }))
  say(options, { keys }, () => keys.map(toldOf))
}

function toldOf({ kid, seals, knowsVisitors }: { kid: number; seals: boolean; knowsVisitors: boolean }): string {
  const does = seals ? 'seals all that is new' : 'opens what it sealed'
  return `${kid}  ${does}${knowsVisitors ? ', knows the visitors that servers name' : ''}`
}

function rotate(options: Spoken): void {
  const { file, text, kids } = read()
  const newest = kids.at(-1)!
  // Round and round, so that a number comes back as late as it can.
  const kid = Array.from({ length: MOST }, (_, i) => (newest + 1 + i) % MOST).find((each) => !kids.includes(each))
  if (kid === undefined)
    throw new Stop(`there are ${MOST} keys, and no more can be: revoke the oldest, ${kids[0]}, first`)
  replace(file, `${text.replace(/\n*$/, '\n')}${kid}:${secret()}\n`)
  const told = `key ${kid} is in ${file}, beside ${kids.join(', ')}. Keep a copy, and restart the server (or deploy).
Pages take it within three days, and what they have queued comes within three more: after a week it is safe to
say  npx graupel keys revoke ${kids[0]}  where no pixel, share or bearer key of before is in use any more.`
  say(options, { kid, kids: [...kids, kid], file }, () => told)
}

function revoke(name: string, options: Spoken & { yes?: true }): void {
  const { file, text, kids } = read()
  const kid = kids.find((each) => String(each) === name)
  if (kid === undefined) throw new Stop(`there is no key ${name}: the keys here are ${kids.join(', ')}`)
  if (kids.length === 1) throw new Stop('it is the only key: first  npx graupel keys rotate')
  const visitors = kid === kids[0] ? ' People whom servers name as `visitor` are strangers from then on.' : ''
  const ends = `Without key ${kid} every pixel, share, bearer key and login made under it is void, and beacons sealed with it are refused as \`retired\`.${visitors}`
  if (!options.yes) throw new Stop(`${ends} If that is meant:  npx graupel keys revoke ${kid} --yes`)
  const lines = text.split('\n').filter((line) => !line.trim().startsWith(`${kid}:`))
  replace(file, lines.join('\n'))
  const left = kids.filter((each) => each !== kid)
  say(options, { kid, kids: left, file }, () => `${ends}\nIt is out of ${file}. Restart the server (or deploy).`)
}

const READS = '\nReads GRAUPEL_DATA as `start` does.\n\nExample\n  $ npx graupel keys'

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('the master keys of the data folder, from which all others are made')
    .addHelpText('after', `${READS} rotate`)
  speaks(keys.command('list').description('which there are, without their secrets'))
    .addHelpText('after', `${READS} list`)
    .action(list)
  speaks(keys.command('rotate').description('a new one beside the others'))
    .addHelpText('after', `${READS} rotate`)
    .action(rotate)
  const revoking = keys
    .command('revoke')
    .description('takes one out, and with it all that it sealed')
    .argument('<kid>', 'its number')
    .option('--yes', 'that is meant')
  speaks(revoking).addHelpText('after', `${READS} revoke 0`).action(revoke)
}
