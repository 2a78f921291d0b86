import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withMongo } from '../../test/support/with-mongo.ts'
import { runExample } from './run-example.ts'

withMongo('the examples over MongoDB', (server) => {
  let folder: string
  let url: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'persist-example-'))
    url = `${server.replace(/\/[^/]*$/, '')}/${randomUUID()}`
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('two machines share one answer, including its Date', () => {
    const first = runExample(folder, 'shared-mongo', url)
    expect(first).toContain('computed')
    expect(runExample(folder, 'shared-mongo', url)).toBe(first.replace('computed', 'from the cache'))
  })

  it('the census finds everything the second time, and computes only a changed file again', () => {
    mkdirSync(join(folder, 'lib'))
    for (let n = 0; n < 5; n++) {
      writeFileSync(join(folder, `lib/${n}.d.ts`), `export declare function f${n}(x: number): string\n`)
    }
    const first = runExample(folder, 'census/run', '--root', 'lib', '--cache', url)
    expect(first).toMatch(/5 files: 0 from the cache, 5 computed/)
    expect(first).toMatch(/5 files: 5 from the cache, 0 computed/)
    writeFileSync(join(folder, 'lib/3.d.ts'), 'export interface Changed { a: 1 }\n')
    expect(runExample(folder, 'census/run', '--root', 'lib', '--cache', url)).toMatch(
      /5 files: 4 from the cache, 1 computed/,
    )
  })
})
