import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { patient } from '../src/files/patient.ts'
import { failure } from './support/faulty-file-system.ts'

describe('on Windows, where a file that is open elsewhere cannot be touched for a moment', () => {
  test.each(['EPERM', 'EACCES', 'EBUSY'])('%s passes', (code) => {
    let left = 5
    const rests: number[] = []
    const renameSync = () => {
      if (left-- > 0) throw failure(code)
    }
    patient({ ...fs, renameSync }, { rest: (ms) => void rests.push(ms), monotonic: () => 0 }).renameSync('a', 'b')
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
    const calls = patient({ ...fs, unlinkSync }, { rest, monotonic: () => waited })
    expect(() => calls.unlinkSync('a')).toThrow('EPERM')
    expect(waited).toBe(1000)
  })

  test('other errors are thrown at once, and other calls are the same', () => {
    const openSync = () => {
      throw failure('ENOENT')
    }
    const calls = patient({ ...fs, openSync }, { rest: () => expect.unreachable(), monotonic: () => 0 })
    expect(() => calls.openSync('a', 'r')).toThrow('ENOENT')
    expect(calls.readSync).toBe(fs.readSync)
  })

  test('a folder that refuses everything costs that second once, and is waited for again after a while', () => {
    const waiting = clockThatRests()
    const calls = patient({ ...fs, openSync: refused, renameSync: refused, unlinkSync: refused }, waiting)
    for (let call = 0; call < 100; call++) {
      expect(() => calls.openSync(`f/${call}`, 'wx')).toThrow('EACCES')
      expect(() => calls.renameSync(`elsewhere/${call}`, `f/${call}`)).toThrow('EACCES')
      expect(() => calls.unlinkSync(`f/${call}`)).toThrow('EACCES')
    }
    expect(waiting.monotonic()).toBe(1000)
    waiting.rest(30_000)
    expect(() => calls.unlinkSync('f/x')).toThrow('EACCES')
    expect(waiting.monotonic()).toBe(32_000)
  })

  test('one file that stays locked, or a folder that may only be read, takes the patience from nothing else', () => {
    const waiting = clockThatRests()
    let locked = true
    const renameSync = (_: unknown, to: string) => {
      if (to === 'f/locked' && locked) throw failure('EPERM')
    }
    const calls = patient({ ...fs, renameSync, readdirSync: (() => []) as never } as never, waiting)
    expect(() => calls.renameSync('a', 'f/locked')).toThrow('EPERM')
    calls.readdirSync('f')
    expect(() => calls.renameSync('a', 'f/locked')).toThrow('EPERM')
    expect(waiting.monotonic()).toBe(1000)
    calls.renameSync('a', 'f/other')
    const since = waiting.monotonic()
    const { rest } = waiting
    waiting.rest = (ms) => {
      rest(ms)
      locked = false
    }
    calls.renameSync('a', 'f/locked')
    expect(waiting.monotonic()).toBeGreaterThan(since)
  })
})

function refused(): never {
  throw failure('EACCES')
}

function clockThatRests() {
  let now = 0
  return {
    monotonic: () => now,
    rest: (ms: number) => {
      now += ms
    },
  }
}
