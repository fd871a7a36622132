import { defineConfig } from 'vitest/config'
export default defineConfig({ root: '/work/main', test: { testTimeout: 30000, hookTimeout: 60000, include: ['test/flow/*.test.ts'], fileParallelism: false, provide: { built: '/tmp/b' } } as any })
