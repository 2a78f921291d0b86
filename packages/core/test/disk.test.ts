import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPersist, type PersistEvent } from '@persist/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const persist = createPersist({ env: {}, stderr: () => {} })
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persist-core-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a folder as the cache', () => {
  it('a result outlives the wrapper, and a synchronous function stays synchronous', () => {
    const cache = `file://${folder}/a`
    let runs = 0
    const compute = (x: number) => {
      runs++
      return { x, when: new Date(0) }
    }
    expect(persist(compute, { funcname: 'f', cache })(1)).toEqual({ x: 1, when: new Date(0) })
    expect(persist(compute, { funcname: 'f', cache })(1)).toEqual({ x: 1, when: new Date(0) })
    expect(runs).toBe(1)
  })

  it('an asynchronous function stays asynchronous on a hit', async () => {
    const f = persist(async (x: number) => x, { funcname: 'f', cache: `file://${folder}/a` })
    expect(await f(1)).toBe(1)
    expect(f(1)).toBeInstanceOf(Promise)
  })

  it('a damaged entry is a miss, reported and replaced', () => {
    const events: PersistEvent[] = []
    let runs = 0
    const f = persist(() => ++runs && 'value', {
      funcname: 'f',
      cache: `file://${folder}/a`,
      report: (event) => events.push(event),
    })
    f()
    const [name] = readdirSync(join(folder, 'a/f')).filter((file) => file.endsWith('.entry'))
    const path = join(folder, 'a/f', name!)
    writeFileSync(path, readFileSync(path, 'utf8').replace('value', 'vaule'))
    expect([f(), f()]).toEqual(['value', 'value'])
    expect(runs).toBe(2)
    expect(events.filter((event) => event.name === 'problem')).toHaveLength(1)
  })

  it('8 processes that call with one key at once compute it once', async () => {
    const script = `
      import { appendFileSync } from 'node:fs'
      import { persist } from '@persist/core'
      const slow = persist(() => {
        appendFileSync(${JSON.stringify(join(folder, 'runs'))}, 'x')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
        return 42
      }, { funcname: 'slow', cache: ${JSON.stringify(`file://${folder}/a`)} })
      process.exitCode = slow() === 42 ? 0 : 1
    `
    const { spawn } = await import('node:child_process')
    const statuses = await Promise.all(
      Array.from(
        { length: 8 },
        () =>
          new Promise((resolve) => {
            spawn(process.execPath, ['--input-type=module', '-e', script], {
              cwd: new URL('../../../examples', import.meta.url),
              stdio: 'inherit',
            }).on('exit', resolve)
          }),
      ),
    )
    expect(statuses).toEqual(Array(8).fill(0))
    expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('x')
  })

  it('PERSIST_CACHE chooses the folder, and PERSIST_MODE=replay computes nothing', () => {
    const script = `
      import { persist } from '@persist/core'
      const f = persist(function f() { return 1 })
      try { console.log(f()) } catch (error) { console.log(error.code) }
    `
    const run = (mode: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: new URL('../../../examples', import.meta.url),
        env: { ...process.env, PERSIST_CACHE: join(folder, 'b'), PERSIST_MODE: mode },
        encoding: 'utf8',
      })
    expect([run('replay'), run('on'), run('replay')]).toEqual(['ERR_PERSIST_REPLAY_MISS\n', '1\n', '1\n'])
  })
})

describe('the cache option', () => {
  it.each([['mongo://x', 'ERR_PERSIST_UNKNOWN_STORE']])('%s is rejected at wrap time with %s', (cache, code) => {
    expect(() => persist(() => 1, { funcname: 'f', cache })).toThrow(expect.objectContaining({ code }))
  })

  it('no error contains a password', () => {
    expect(() => persist(() => 1, { funcname: 'f', cache: 'mongodbb://ann:S3cret@db/x' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('S3cret') }),
    )
  })
})
