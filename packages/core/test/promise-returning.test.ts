import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { memoryStore } from '@persist/core'
import { diskStore } from '@persist/store-disk'
import { describe, expect, it } from 'vitest'
import { asOtherProcess, harness } from './harness.ts'
import { newFolder } from './new-folder.ts'

const later = (x: number, ms = 20) => new Promise<number>((resolve) => setTimeout(() => resolve(x), ms))

describe('a function that returns promises without being written async', () => {
  /** A persist whose thread must never sleep. */
  const awake = () =>
    harness({
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      sleepSync: () => {
        throw new Error('the thread slept')
      },
    })

  it('may be wrapped twice: the second wrapping waits for the first without blocking the thread', async () => {
    const { persist } = awake()
    let runs = 0
    const fetchOne = (x: number) => later(x + ++runs)
    const cache = memoryStore()
    const [f, g] = [persist(fetchOne, { funcname: 'f', cache }), persist(fetchOne, { funcname: 'f', cache })]
    expect(await Promise.all([f(1), g(1), f(1), g(1)])).toEqual([2, 2, 2, 2])
    expect(runs).toBe(1)
  })

  it('may call itself, through another wrapping, with its own key: then it runs again, and no call hangs', async () => {
    const { persist } = awake()
    const cache = memoryStore()
    let depth = 0
    let g: (x: number) => Promise<number>
    const nested = (x: number): Promise<number> => (depth++ < 1 ? g(x).then((y) => y + 1) : later(x))
    const f = persist(nested, { funcname: 'f', cache })
    g = persist(nested, { funcname: 'f', cache })
    expect(await f(1)).toBe(2)
    depth = 0
    const afterAnAwait = (x: number): Promise<number> =>
      later(0, 1).then(() => (depth++ < 1 ? k(x).then((y) => y + 1) : x))
    const h = persist(afterAnAwait, { funcname: 'h', cache })
    const k = persist(afterAnAwait, { funcname: 'h', cache })
    expect(await h(1)).toBe(2)
  })

  it('always returns promises after the first one: for hits, many, and results of put', async () => {
    const { persist } = awake()
    const f = persist((x: number) => later(x), { funcname: 'f', cache: memoryStore() })
    await f(1)
    f.put(5, 2)
    expect([f(1), f(2), f.with({ maxAge: '1h' })(2)].every((one) => one instanceof Promise)).toBe(true)
    expect(await f(2)).toBe(5)
  })

  it('may be declared with async: true, which applies from the first call on', async () => {
    const { persist } = awake()
    const cache = memoryStore()
    const f = persist((x: number) => later(x), { funcname: 'f', cache, async: true })
    f.put(5, 1)
    expect(f(1)).toBeInstanceOf(Promise)
    await expect(f(Symbol('no key') as never)).rejects.toMatchObject({ code: 'ERR_PERSIST_KEY' })
    const env = harness({ env: { PERSIST_CACHE: 'redis://127.0.0.1:1' } }).persist
    expect(() => env((x: number) => later(x), { funcname: 'h' })).toThrow(/async: true/)
  })

  it('that sometimes returns values stays as it is', async () => {
    const { persist } = awake()
    const f = persist((x: number): number | Promise<number> => (x > 0 ? x : later(x)), {
      funcname: 'f',
      cache: memoryStore(),
    })
    expect([f(1), await f(-1), f(1), f(2)]).toEqual([1, -1, 1, 2])
    expect(f(-1)).toBeInstanceOf(Promise)
  })
})

describe('the event loop of a process that waits', () => {
  it('continues while another holder computes a result that is known to be a promise', async () => {
    const cache = memoryStore()
    const { persist } = harness({
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      sleepSync: () => {
        throw new Error('the thread slept')
      },
    })
    const f = persist((x: number) => later(x), { funcname: 'f', cache, hash: (key) => `h${key}` })
    await f(1)
    const held = asOtherProcess(cache).open('f').lease!('h2', 60_000)!
    const waiting = f(2)
    await later(0)
    held.release()
    expect(await waiting).toBe(2)
  })

  it('leaves its thread free while another process computes, from its first call on', async () => {
    const dir = newFolder()
    const program = `
      import { existsSync, writeFileSync } from 'node:fs'
      import { persist } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../dist/index.js')).href)}
      const [, dir, which] = process.argv
      const [begun, enough] = [dir + '/begun', dir + '/enough']
      const until = async (file) => { while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5)) }
      const slow = persist((x) => { writeFileSync(begun, ''); return until(enough).then(() => process.pid) },
        { funcname: 'slow', cache: 'file://' + dir + '/cache', waitTimeout: '20s' })
      if (which === 'second') await until(begun)
      // The other process ends its run only after timers have run here. A blocked thread would wait for itself.
      let timers = 0
      const ticking = setInterval(() => { if (++timers === 100 && which === 'second') writeFileSync(enough, '') }, 1)
      const pid = await slow(1)
      clearInterval(ticking)
      console.log(pid)`
    const start = (which: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, dir, which])
    const [first, second] = await Promise.all([start('first'), start('second')])
    // One process ran the function; the other waited for it.
    expect(first.stdout).toBe(second.stdout)
  })
})

describe('a synchronous function', () => {
  it('that calls another wrapping of itself with its own key runs again instead of waiting for itself', () => {
    const { persist } = harness({
      sleepSync: () => {
        throw new Error('the thread slept')
      },
    })
    const cache = diskStore(newFolder())
    let depth = 0
    let g: (x: number) => number
    const nested = (x: number): number => (depth++ < 1 ? g(x) + 1 : x)
    const f = persist(nested, { funcname: 'f', cache })
    g = persist(nested, { funcname: 'f', cache })
    expect([f(1), f(1)]).toEqual([2, 2])
  })
})
