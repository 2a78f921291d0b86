import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    // The packages are tested as built: the same files that a user's node would load, one copy of each.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    globalSetup: ['test/support/mongo-server.ts', 'test/support/browser-ready.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
