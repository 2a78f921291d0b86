import { defineConfig } from 'vitest/config'

/** The tests with real hosts, also those that take too long for every run. They record the rows of docs/hosts.md. */
export default defineConfig({
  test: {
    include: [
      'test/hosts/**/*.test.ts',
      'test/field/{jest,nest}.test.ts',
      'test/field/slow/**/*.test.ts',
      'test/consumers/{formats,pools,types}.test.ts',
    ],
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    globalSetup: ['test/support/fresh-build.ts', 'test/support/mongo-server.ts'],
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
