import fs from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { READ_FLAGS } from '../src/files/file-system.ts'
import { retryOnWindows } from '../src/files/retry-on-windows.ts'
import { failure } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

describe('on Windows, where a file that is open elsewhere cannot be touched for a moment', () => {
  test.each(['EPERM', 'EACCES', 'EBUSY'])('%s passes', (code) => {
    let left = 5
    const rests: number[] = []
    const renameSync = () => {
      if (left-- > 0) throw failure(code)
    }
    retryOnWindows({ ...fs, renameSync }, { sleep: (ms) => void rests.push(ms), monotonic: () => 0 }).renameSync(
      'a',
      'b',
    )
    expect(rests).toEqual([1, 2, 4, 8, 16])
  })

  test('what does not pass within a second is thrown', () => {
    let waited = 0
    const unlinkSync = () => {
      throw failure('EPERM')
    }
    const rest = (ms: number) => {
      waited += ms
    }
    const calls = retryOnWindows({ ...fs, unlinkSync }, { sleep: rest, monotonic: () => waited })
    expect(() => calls.unlinkSync('a')).toThrow('EPERM')
    expect(waited).toBe(1000)
  })

  test('the calls of a file system that lets nothing be assigned, as the module of some runtimes, are made again too', () => {
    let left = 1
    const unlinkSync = () => {
      if (left-- > 0) throw failure('EBUSY')
    }
    const fixed = Object.freeze({ ...fs, unlinkSync })
    retryOnWindows(fixed, { sleep: () => {}, monotonic: () => 0 }).unlinkSync('a')
    expect(left).toBe(-1)
  })

  test('other errors are thrown at once, and other calls are the same', () => {
    const openSync = () => {
      throw failure('ENOENT')
    }
    const calls = retryOnWindows({ ...fs, openSync }, { sleep: () => expect.unreachable(), monotonic: () => 0 })
    expect(() => calls.openSync('a', 'r')).toThrow('ENOENT')
    expect(calls.readSync).toBe(fs.readSync)
  })

  test('a folder that refuses everything costs that second once, and is waited for again after a while', () => {
    const clock = clockThatSleeps()
    const calls = retryOnWindows({ ...fs, openSync: refused, renameSync: refused, unlinkSync: refused }, clock)
    for (let call = 0; call < 100; call++) {
      expect(() => calls.openSync(`f/${call}`, 'wx')).toThrow('EACCES')
      expect(() => calls.renameSync(`elsewhere/${call}`, `f/${call}`)).toThrow('EACCES')
      expect(() => calls.unlinkSync(`f/${call}`)).toThrow('EACCES')
    }
    expect(clock.monotonic()).toBe(1000)
    clock.sleep(30_000)
    expect(() => calls.unlinkSync('f/x')).toThrow('EACCES')
    expect(clock.monotonic()).toBe(32_000)
  })

  test('one file that stays locked, or a folder that may only be read, costs no other call its retries', () => {
    const clock = clockThatSleeps()
    let locked = true
    const renameSync = (_: unknown, to: string) => {
      if (to === 'f/locked' && locked) throw failure('EPERM')
    }
    const calls = retryOnWindows({ ...fs, renameSync, readdirSync: (() => []) as never } as never, clock)
    expect(() => calls.renameSync('a', 'f/locked')).toThrow('EPERM')
    calls.readdirSync('f')
    expect(() => calls.renameSync('a', 'f/locked')).toThrow('EPERM')
    expect(clock.monotonic()).toBe(1000)
    calls.renameSync('a', 'f/other')
    const since = clock.monotonic()
    const { sleep } = clock
    clock.sleep = (ms) => {
      sleep(ms)
      locked = false
    }
    calls.renameSync('a', 'f/locked')
    expect(clock.monotonic()).toBeGreaterThan(since)
  })

  test('a store that is refused everywhere blocks its thread for two seconds in all, however many calls there are', () => {
    const { dir, clock, fileSystem } = refusing(() => true)
    const store = diskStore(dir, { fileSystem }).open('f')
    for (let call = 0; call < 40; call++) {
      expect(() => store.get(`hash-${call}`)).toThrow('EACCES')
      expect(() => store.lease!(`hash-${call}`, 1000)).toThrow('EACCES')
      expect(() => store.set(plain(`hash-${call}`))).toThrow('EACCES')
    }
    // For reading, and for writing.
    expect(clock.monotonic()).toBeLessThanOrEqual(2000)
  })

  test('a store that may only be read blocks its thread for one second, and a function that may only be read too', () => {
    for (const part of ['', 'f']) {
      const { dir, clock, fileSystem } = refusing((path, isWrite) => isWrite && path.startsWith(join(dir, part)))
      diskStore(dir).open('f').set(plain('there'))
      const store = diskStore(dir, { fileSystem }).open('f')
      for (let call = 0; call < 40; call++) {
        expect(store.get('there')?.hash).toBe('there')
        expect(() => store.set(plain(`hash-${call}`))).toThrow('EACCES')
      }
      expect(clock.monotonic()).toBe(1000)
    }
  })
})

const WRITES = new Set(['openSync', 'renameSync', 'mkdirSync', 'unlinkSync', 'linkSync'])

/** A file system of Windows that refuses these calls for good, and whose waiting takes no time. */
function refusing(isRefused: (path: string, isWrite: boolean) => boolean) {
  const dir = newFolder()
  const clock = clockThatSleeps()
  const calls = Object.entries(fs)
    .filter(([name, call]) => typeof call === 'function' && name.endsWith('Sync') && name !== 'existsSync')
    .map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        const path = String(name === 'renameSync' || name === 'linkSync' ? args[1] : args[0])
        const isWrite = WRITES.has(name) && args[1] !== READ_FLAGS
        if (path.startsWith(dir) && isRefused(path, isWrite)) throw failure('EACCES')
        return (call as unknown as (...args: unknown[]) => unknown)(...args)
      },
    ])
  return { dir, clock, fileSystem: retryOnWindows({ ...fs, ...Object.fromEntries(calls) }, clock) }
}

function refused(): never {
  throw failure('EACCES')
}

function clockThatSleeps() {
  let now = 0
  return {
    monotonic: () => now,
    sleep: (ms: number) => {
      now += ms
    },
  }
}
