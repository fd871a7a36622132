/**
 * The clone's copy of a deployment's two secrets: Cloudflare takes them and never shows them again, so the folder here is
 * the only place they can be read from. Beside them lies what was uploaded where, as hashes of 256 random bits: enough to
 * tell that a file has changed since, and of no use to whoever finds it.
 */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './cloudflare'
import { adminToken, masterKeys } from './secrets'

export const NAMES = ['GRAUPEL_MASTER', 'GRAUPEL_ADMIN'] as const
export type Name = (typeof NAMES)[number]
export type Secrets = Record<Name, string>
/** Of each secret a hash for each of its lines: a key is a line. */
export type Hashes = Partial<Record<Name, readonly string[]>>

const FILES: Record<Name, string> = { GRAUPEL_MASTER: 'keys', GRAUPEL_ADMIN: 'admin-token' }
const UPLOADED = 'uploaded.json'

/** Reads a secret's file, or makes it where there is none. */
const READ: Record<Name, (folder: string) => string> = {
  GRAUPEL_MASTER: (folder) => masterKeys(folder, folder),
  GRAUPEL_ADMIN: adminToken,
}

export class Copy {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  fileOf(name: Name): string {
    return join(this.folder, FILES[name])
  }

  has(name: Name): boolean {
    return existsSync(this.fileOf(name))
  }

  /** Of two deploys that make it at once both get the same. */
  takeOrMake(name: Name): string {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    // Wherever the folder lies, git passes it by, unless something of somebody's own is in it.
    if (!readdirSync(this.folder).length) writeFileSync(join(this.folder, '.gitignore'), '*\n')
    const secret = READ[name](this.folder)
    // What was put back from somewhere may be open to all.
    chmodSync(this.fileOf(name), 0o600)
    return secret
  }

  uploadedTo(place: Place): Hashes {
    return this.uploaded()[keyOf(place)] ?? {}
  }

  /** Where nothing is kept, nothing is remembered. */
  remember(place: Place, hashes: Hashes): void {
    if (!existsSync(this.folder)) return
    const file = join(this.folder, UPLOADED)
    const draft = `${file}.${process.pid}`
    const known = this.uploaded()
    const next = { ...known, [keyOf(place)]: { ...known[keyOf(place)], ...hashes } }
    writeFileSync(draft, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 })
    renameSync(draft, file)
  }

  /** Lost or damaged, nothing is known of any upload. */
  private uploaded(): Record<string, Hashes | undefined> {
    try {
      return JSON.parse(readFileSync(join(this.folder, UPLOADED), 'utf8')) as Record<string, Hashes> // written above
    } catch {
      return {}
    }
  }
}

const keyOf = ({ account, worker }: Place) => `${account.id}/${worker}`

export const hashesOf = (secret: string): readonly string[] =>
  secret.split('\n').map((line) => createHash('sha256').update(line).digest('base64url'))
