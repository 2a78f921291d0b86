import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closeStores, createPersist } from '@persist/core'
import { afterAll, expect, it } from 'vitest'
import { withMongo } from './support/with-mongo.ts'

const persist = createPersist({ env: {}, stderr: () => {} })

withMongo('persist over MongoDB', (server) => {
  const url = `mongodb://${new URL(server).host}/${randomUUID()}` as const
  afterAll(() => closeStores())

  it('a sync function and its cache return promises', async () => {
    let runs = 0
    const double = persist(
      (x: number) => {
        runs++
        return { twice: 2 * x, when: new Date(0) }
      },
      { funcname: 'double', cache: url, storekey: true },
    )
    expect(await double(3)).toEqual({ twice: 6, when: new Date(0) })
    expect(await double(3)).toEqual({ twice: 6, when: new Date(0) })
    expect([runs, await double.cache.size()]).toEqual([1, 1])
    expect(await double.many([[3], [4]])).toHaveLength(2)
    const keys: unknown[] = []
    for await (const [key] of double.cache) keys.push(key)
    expect(keys.sort()).toEqual([[3], [4]])
  })

  it('a key that looks like an operator matches only itself', async () => {
    const f = persist(async (x: unknown) => JSON.stringify(x), { funcname: 'operators', cache: url })
    await f('secret')
    expect(await f({ $ne: null })).toBe('{"$ne":null}')
    expect(await f.cache.has([{ $gt: '' }])).toBe(false)
  })

  it('16 processes with one key at once compute it once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'persist-mongo-'))
    const runs = join(folder, 'runs')
    appendFileSync(runs, '')
    const script = `
      import { appendFileSync } from 'node:fs'
      import { setTimeout as sleep } from 'node:timers/promises'
      import { persist } from '@persist/core'
      const slow = persist(async () => {
        appendFileSync(${JSON.stringify(runs)}, 'x')
        await sleep(300)
        return 42
      }, { funcname: 'slow', cache: ${JSON.stringify(url)} })
      process.exitCode = (await slow()) === 42 ? 0 : 1
    `
    const one = () =>
      new Promise((resolve) => {
        spawn(process.execPath, ['--input-type=module', '-e', script], {
          cwd: fileURLToPath(new URL('../examples', import.meta.url)),
          stdio: 'inherit',
        }).on('exit', resolve)
      })
    expect(await Promise.all(Array.from({ length: 16 }, one))).toEqual(Array(16).fill(0))
    expect(readFileSync(runs, 'utf8')).toBe('x')
    rmSync(folder, { recursive: true })
  })
})
