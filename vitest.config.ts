import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    // The scripts `test:hosts` and `test:windows` run them.
    exclude: ['test/field/slow/**', 'test/hosts/slow/**', 'test/windows/**', '**/node_modules/**'],
    // Tests load the built packages, as a user's Node does, with one copy of each.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    globalSetup: ['test/support/fresh-build.ts', 'test/support/mongo-server.ts', 'test/support/browser-ready.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A test that hangs fails; a slow test on a busy machine does not.
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
})
