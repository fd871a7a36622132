import { resolve } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Inside workerd what was built is only handed through, so a line that holds its place will do; the flow tests get the real one. */
const STAND_INS = ['beacon', 'module', 'embed', 'results'].map((name) => `built-${name}`)
const standIns: Plugin = {
  name: 'stand-ins',
  enforce: 'pre',
  resolveId: (id) => (STAND_INS.includes(id) ? `\0${id}` : undefined),
  load: (id) => (STAND_INS.includes(id.slice(1)) ? `export default '/* ${id.slice(1)} */(GRAUPEL_CONFIG)'` : undefined),
}

/** Builds once a run, and only where a project that needs it has tests to run. */
const globalSetup = ['test/flow/bundle.ts']

/** Objects' and routes' own code that needs no object and no runtime, and is asked faster without. */
const pure = ['test/worker/whale/{answer,fragment-reader}.test.ts', 'test/worker/routes/{question,csv,scope}.test.ts']

// At every file of the edge wrangler would warn of secrets that are not set; each test there makes its own.
process.env.WRANGLER_LOG ??= 'error'

/** Four worlds: pure code in node, objects inside workerd, whole servers from outside, and a real browser. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..'),
  test: {
    // Most of a test is waiting. With more at once, those that look at a clock would see the work of others.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A busy machine is slower, and what is awaited ends the wait.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'test/{sdk,worker/rollup,worker/decide,worker/ingest,worker/dashboard,worker/asked,worker/reference,house,demo,bench}/**/*.test.ts',
            ...pure,
          ],
        },
      },
      {
        extends: true,
        plugins: [standIns, cloudflareTest({ wrangler: { configPath: './wrangler.jsonc' } })],
        test: { name: 'edge', include: ['test/worker/{whale,hail,pod,routes}/**/*.test.ts'], exclude: pure },
      },
      {
        extends: true,
        test: { name: 'flow', include: ['test/{flow,size}/**/*.test.ts'], globalSetup },
      },
      {
        extends: true,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], globalSetup },
      },
    ],
  },
})
