/**
 * Lets Node run our TypeScript as it stands: it strips the types itself, but wants the file's ending in an import, which
 * the house leaves to the bundlers. Used by programs that run outside vitest (`node --import ./test/resolve.js …`).
 */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

registerHooks({
  resolve(specifier, context, next) {
    const isOurs = specifier.startsWith('.') && context.parentURL?.startsWith('file:')
    const url = isOurs ? new URL(`${specifier}.ts`, context.parentURL) : undefined
    return next(url && existsSync(fileURLToPath(url)) ? url.href : specifier, context)
  },
})
