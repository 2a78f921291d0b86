import fs from 'node:fs'
import type { FileSystem } from '@persist/store-disk'

const CALLS = [
  'closeSync',
  'existsSync',
  'fstatSync',
  'fsyncSync',
  'ftruncateSync',
  'linkSync',
  'lstatSync',
  'lutimesSync',
  'mkdirSync',
  'opendirSync',
  'openSync',
  'readdirSync',
  'readSync',
  'renameSync',
  'unlinkSync',
  'writeSync',
] as const satisfies readonly (keyof FileSystem)[]

/** A file system that counts its calls, and does something else at one of them. */
export interface FaultyFileSystem {
  readonly fileSystem: FileSystem
  calls: number
  names: string[]
}

/** Before the n-th call (from 1) `act` is called; what it throws is what the call throws. */
export function faultyFileSystem(n: number, act: (call: string) => void): FaultyFileSystem {
  const faulty: FaultyFileSystem = { fileSystem: { ...fs }, calls: 0, names: [] }
  for (const call of CALLS) {
    const real = fs[call] as (...args: unknown[]) => unknown
    Object.assign(faulty.fileSystem, {
      [call]: (...args: unknown[]) => {
        faulty.calls++
        faulty.names.push(call)
        // These two never throw, and a descriptor is closed whatever `close` says.
        if (faulty.calls === n && call === 'closeSync') real(...args)
        if (faulty.calls === n && call !== 'existsSync') act(call)
        return real(...args)
      },
    })
  }
  return faulty
}

/** The error that the kernel would give. */
export function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made to fail`), { code })
}
