/**
 * The two secrets of a data folder: `keys`, from which every key of every site is derived, and `admin-token`.
 * The token can be made anew at any time. The keys cannot: what they sealed opens with them alone, so they are never
 * minted over data that exists, and a damaged file is never replaced.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { Stop } from './stop'

const SECRET_BYTES = 32
export const secret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** `<id>:<32 bytes, base64url>`: the id has two bits on the wire; 43 characters whose last carries four bits of it. */
const KEY_LINE = /^[0-3]:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
const TOKEN = /^ga_[A-Za-z0-9_-]{43}$/

const KEYS_HEADER = `# Graupel's master keys. Everything that was sealed opens with these alone: keep a copy in a safe place.
# One line a key: its id (0 to 3), a colon, 32 random bytes in base64url.
`

/** The key lines of a file's text, or undefined where a line is damaged or there is none. */
export function parseKeys(text: string): string[] | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  const keys = lines.filter((line) => line && !line.startsWith('#'))
  const areWhole = keys.length > 0 && keys.every((line) => KEY_LINE.test(line))
  const ids = new Set(keys.map((line) => line[0]))
  return areWhole && ids.size === keys.length ? keys : undefined
}

/** Whole or not at all, and on disk before it is used; of two that make it at once, the first one's text stays. */
function create(file: string, text: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const descriptor = openSync(draft, 'wx', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    closeSync(descriptor)
    rmSync(draft)
  }
}

const hasData = (objects: string): boolean =>
  existsSync(objects) &&
  readdirSync(objects, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.sqlite'))

/** The master keys, a line each, as the Worker takes them. `objects` is the folder of what they may have sealed. */
export function masterKeys(folder: string, objects: string): string {
  const file = join(folder, 'keys')
  if (!existsSync(file)) {
    if (hasData(objects)) {
      throw new Stop(`${file} is missing, and ${objects} holds data made with it. Put the file back from your copy.`)
    }
    create(file, `${KEYS_HEADER}0:${secret()}\n`)
  }
  const keys = parseKeys(readFileSync(file, 'utf8'))
  if (!keys)
    throw new Stop(`${file} is damaged. Put it back from your copy; it is never made anew over what it sealed.`)
  return keys.join('\n')
}

/** The same from the environment, where commas may stand for line ends. */
export function givenKeys(text: string): string {
  const keys = parseKeys(text.replaceAll(',', '\n'))
  if (!keys)
    throw new Stop('GRAUPEL_MASTER is damaged: it holds <id>:<32 bytes in base64url>, several separated by commas')
  return keys.join('\n')
}

/** The admin token; deleted, the next start makes another and the old one is worth nothing. */
export function adminToken(folder: string): string {
  const file = join(folder, 'admin-token')
  if (!existsSync(file)) create(file, `ga_${secret()}\n`)
  const token = readFileSync(file, 'utf8').trim()
  if (!TOKEN.test(token)) throw new Stop(`${file} is damaged. Delete it: the next start makes another.`)
  return token
}
