import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { retryOnWindows } from '../src/files/retry-on-windows.ts'
import { failure } from './support/faulty-file-system.ts'

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
})

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
