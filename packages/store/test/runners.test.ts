import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { conformance } from '@persist/store/conformance'
import { expect, test } from 'vitest'
import { memoryStore } from '../../core/src/stores/memory-store.ts'

// That the suite runs under vitest shows in conformance.test.ts.

function underNodeTest(...args: string[]) {
  const child = fileURLToPath(new URL('children/under-node-test.mjs', import.meta.url))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return spawnSync(process.execPath, ['--test-reporter=tap', child, ...args], { encoding: 'utf8', env })
}

test('the suite runs under node:test, and names what it skips', () => {
  const { status, stdout } = underNodeTest()
  expect(stdout).toMatch(/# pass [1-9]\d/)
  expect(stdout).toMatch(/# fail 0/)
  expect(stdout).toMatch(/# skipped [1-9]/)
  expect(stdout).toMatch(/ok \d+ - an entry that was never set is undefined/)
  expect(stdout).toMatch(/skipped "entries outlive the adapter", since `supports.persistent` is false/)
  expect(status).toBe(0)
})

test('a store that does not comply fails under node:test', () => {
  const { status, stdout } = underNodeTest('forgetful')
  expect(stdout).toMatch(/not ok \d+ - every head field comes back exactly/)
  expect(status).toBe(1)
})

test('the suite fits jest: describe without a promise, tests without a parameter, which would be waited for', async () => {
  const runs: (() => Promise<void>)[] = []
  const skipped: string[] = []
  conformance({
    adapter: (place) => memoryStore(place),
    log: (line) => skipped.push(line),
    runner: {
      describe(_, define: () => unknown) {
        expect(define()).toBeUndefined()
      },
      test(_, run, timeout) {
        expect(run.length).toBe(0)
        expect(timeout).toBeGreaterThan(5_000)
        runs.push(run)
      },
    },
  })
  expect(runs.length).toBeGreaterThan(80)
  for (const run of runs) await run()
  expect(skipped.length).toBeGreaterThan(0)
  expect(new Set(skipped).size).toBe(skipped.length)
})

test('a test closes its adapters and cleans its place up, also when it fails', async () => {
  const open = new Set<object>()
  const cleaned: string[] = []
  const places: string[] = []
  const runs: (() => Promise<void>)[] = []
  conformance({
    adapter(place) {
      places.push(place)
      expect(place).toMatch(/^[a-z0-9-]{1,40}$/)
      const adapter = { ...memoryStore(place), close: () => void open.delete(adapter) }
      adapter.open = () => {
        throw new Error('broken')
      }
      open.add(adapter)
      return adapter
    },
    cleanup(place) {
      expect(open.size).toBe(0)
      cleaned.push(place)
    },
    runner: { describe: (_, define) => define(), test: (_, run) => void runs.push(run) },
    log: () => {},
  })
  for (const run of runs) await expect(run()).rejects.toThrow('broken')
  expect(cleaned).toEqual(places)
  expect(new Set(places).size).toBe(runs.length)
})
