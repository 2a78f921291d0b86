import { defineConfig } from 'vitest/config'

/** The tests with Node for Windows: on Windows, or in Wine. */
export default defineConfig({
  test: {
    include: ['test/windows/**/*.test.ts'],
    globalSetup: ['test/support/fresh-build.ts'],
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
