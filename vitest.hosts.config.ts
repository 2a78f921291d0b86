import { defineConfig } from 'vitest/config'

/** The tests with real hosts that take too long for every run. */
export default defineConfig({
  test: {
    include: ['test/field/slow/**/*.test.ts'],
    globalSetup: ['test/support/fresh-build.ts'],
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
