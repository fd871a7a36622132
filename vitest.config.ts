import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** Four worlds: pure code in node, objects inside workerd, whole servers from outside, and a real browser. */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/{sdk,worker/rollup,worker/ingest,house}/**/*.test.ts'] } },
      {
        extends: true,
        plugins: [cloudflareTest({ wrangler: { configPath: './worker/wrangler.jsonc' } })],
        test: { name: 'edge', include: ['test/worker/{whale,hail,pod,routes}/**/*.test.ts'] },
      },
      { extends: true, test: { name: 'flow', include: ['test/flow/**/*.test.ts'], fileParallelism: false } },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'], fileParallelism: false } },
    ],
  },
})
