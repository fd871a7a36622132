/** The script and its parts as the build makes them, in memory, and what they weigh on the wire. */
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { rollup } from 'rollup'
import { beacon } from '../../sdk/rollup.config.js'

/** All of sealing and nothing else. */
export const SEAL = join(import.meta.dirname, 'seal/all.ts')
/** All but decisions. */
export const BARE = join(import.meta.dirname, 'bare.ts')
/** Of the kind that the server writes; a key is noise, which no compression makes smaller. */
const CONFIG =
  '[3405698833,65994,"0x6f9a1de2f93eb104b90a6f8d2f11f2f1c0b3a5efdd22a4c51d0f9377cbd28ee1",7200000,"/p/",3,1761048000123]'

/** What the build makes of an entry: of the script's own, where none is given. */
export async function built(input?: string): Promise<string> {
  const { output, ...options } = beacon('', input)
  const bundle = await rollup(options)
  const { output: chunks } = await bundle.generate(output)
  return chunks[0].code.trim()
}

/** Bytes, as a server sends it. */
export const brotli = (text: string): number => brotliCompressSync(text.replace('GRAUPEL_CONFIG', CONFIG)).length
