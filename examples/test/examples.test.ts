import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runExample } from './run-example.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-example-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (example: string, ...args: string[]) => runExample(folder, example, ...args)

it('double computes once ever', () => {
  expect(run('double')).toBe('computing\n6\n6\n6\n')
  expect(run('double')).toBe('6\n6\n6\n')
})

it('power writes files that a person can read', () => {
  expect(run('power')).toContain('10 ** 3 = 1000')
  expect(readFileSync(join(folder, 'persist/power/2_to_the_power_of_4.entry'), 'utf8')).toMatch(/\n16$/)
})

it('a method of equal instances computes once', () => {
  expect(run('model')).toBe('predicting\n321\n321\n321\n321\n1\n')
})

it('a custom store is a Map in 30 lines', () => {
  expect(run('custom-store')).toContain('1 hit, 1 miss')
})

it('the census finds everything the second time, and computes only a changed file again', () => {
  mkdirSync(join(folder, 'lib'))
  for (let n = 0; n < 5; n++)
    writeFileSync(join(folder, `lib/${n}.d.ts`), `export declare function f${n}(x: number): string\n`)
  const first = run('census/run', '--root', 'lib')
  expect(first).toMatch(/5 files: 0 from the cache, 5 computed/)
  expect(first).toMatch(/5 files: 5 from the cache, 0 computed/)
  writeFileSync(join(folder, 'lib/3.d.ts'), 'export interface Changed { a: 1 }\n')
  expect(run('census/run', '--root', 'lib')).toMatch(/5 files: 4 from the cache, 1 computed/)
})

it('metrics of all functions go to OpenTelemetry', () => {
  expect(run('opentelemetry')).toMatch(/persist\.calls/)
})
