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
    patient({ ...fs, renameSync }, (ms) => void rests.push(ms)).renameSync('a', 'b')
    expect(rests).toEqual([1, 2, 4, 8, 16])
  })

  test('what does not pass within a second is thrown', () => {
    let waited = 0
    const unlinkSync = () => {
      throw failure('EPERM')
    }
    const calls = patient({ ...fs, unlinkSync }, (ms) => {
      waited += ms
    })
    expect(() => calls.unlinkSync('a')).toThrow('EPERM')
    expect(waited).toBe(1000)
  })

  test('other errors are thrown at once, and other calls are the same', () => {
    const openSync = () => {
      throw failure('ENOENT')
    }
    const calls = patient({ ...fs, openSync }, () => expect.unreachable())
    expect(() => calls.openSync('a', 'r')).toThrow('ENOENT')
    expect(calls.readSync).toBe(fs.readSync)
  })
})
