import fs from 'node:fs'
import type { Store } from '@persist/store'
import { diskStore, type FileSystem } from '@persist/store-disk'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { failure } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

const METHODS = ['renameSync', 'unlinkSync', 'readdirSync'] as const
const LEASE_MS = 600_000

beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterAll(() => void vi.useRealTimers())

/** A file system in which some calls fail for a while. */
function failing(methods: readonly (typeof METHODS)[number][]) {
  const trouble = { isOn: false }
  const fileSystem = { ...fs } as FileSystem
  for (const method of methods) {
    const real = fs[method] as (...args: unknown[]) => unknown
    Object.assign(fileSystem, {
      [method]: (...args: unknown[]) => {
        if (trouble.isOn) throw failure('EBUSY')
        return real(...args)
      },
    })
  }
  return { trouble, fileSystem }
}

// With a lease of ten minutes, a wait for oneself would not end within a test.
test.each([[['renameSync', 'unlinkSync']], [['unlinkSync']], [['readdirSync']], [[...METHODS]]] as const)(
  'no process waits for its own lease, set or deletion that failed while %s failed',
  (methods) => {
    const { trouble, fileSystem } = failing(methods)
    const store = diskStore(newFolder(), { fileSystem, leaseMs: LEASE_MS }).open('f')
    store.lease!('before', LEASE_MS)!.release()
    const held = store.lease!('published', LEASE_MS)!
    const released = store.lease!('released', LEASE_MS)!
    trouble.isOn = true
    for (const act of [
      () => held.publish(plain('published')),
      // It could be published later.
      () => held.release(),
      () => released.release(),
      () => store.set(plain('set')),
      () => store.delete('deleted'),
      () => store.lease!('leased', LEASE_MS)?.release(),
    ]) {
      try {
        act()
      } catch (error) {
        expect(error).toMatchObject({ name: 'StoreError' })
      }
    }
    trouble.isOn = false
    for (const hash of ['published', 'released', 'set', 'deleted', 'leased']) {
      const lease = store.lease!(hash, LEASE_MS)
      expect(lease?.publish(plain(hash)), hash).toBe(true)
    }
  },
)

/** A file system in which one call for a path that fits fails once. */
function failingOnce(method: keyof FileSystem, fits: RegExp, code = 'EIO') {
  const real = fs[method as 'lstatSync'] as (...args: unknown[]) => unknown
  const paths = new Map<unknown, unknown>()
  const trouble = { isOn: false }
  const fileSystem = {
    ...fs,
    openSync(path: string, flags: number, mode?: number) {
      const fd = fs.openSync(path, flags, mode)
      paths.set(fd, path)
      return fd
    },
    [method]: (...args: unknown[]) => {
      if (!trouble.isOn || !fits.test(String(paths.get(args[0]) ?? args[0]))) return real(...args)
      trouble.isOn = false
      if (method === 'closeSync') real(...args)
      throw failure(code)
    },
  } as FileSystem
  return { trouble, fileSystem }
}

test.each<[keyof FileSystem, RegExp, (store: Store<'sync'>) => unknown]>([
  ['unlinkSync', /-aside-/, (store) => store.prune(0, { maxEntries: 0 })],
  ['lstatSync', /-aside-/, (store) => store.prune(0, { maxEntries: 0 })],
  ['closeSync', /-delete-/, (store) => store.delete('a')],
])('no process waits for what it took aside or deleted while %s of %s failed once', (method, fits, act) => {
  const { trouble, fileSystem } = failingOnce(method, fits)
  const store = diskStore(newFolder(), { fileSystem, leaseMs: LEASE_MS }).open('f')
  store.lease!('a', LEASE_MS)!.publish(plain('a'))
  trouble.isOn = true
  try {
    act(store)
  } catch (error) {
    expect(error).toMatchObject({ name: 'StoreError' })
  }
  expect(trouble.isOn).toBe(false)
  expect(store.lease!('a', LEASE_MS)?.publish(plain('a', 'new'))).toBe(true)
})

test('no process waits for a damaged entry that cannot be put in quarantine', () => {
  const dir = newFolder()
  const store = diskStore(dir, { leaseMs: LEASE_MS }).open('f')
  store.set(plain('a'))
  fs.writeFileSync(`${dir}/f/a.entry`, '{"persist":1, and no more')
  fs.writeFileSync(`${dir}/.persist/quarantine`, '')
  expect(store.get('a')).toBeUndefined()
  expect(store.lease!('a', LEASE_MS)?.publish(plain('a', 'new'))).toBe(true)
  expect(store.get('a')?.payload).toBe('new')
})

test('a lease that could not be released goes a little later, for other processes wait for it', () => {
  const dir = newFolder()
  const { trouble, fileSystem } = failing(['unlinkSync'])
  const lease = diskStore(dir, { fileSystem, leaseMs: LEASE_MS }).open('f').lease!('a', LEASE_MS)!
  const leases = () =>
    fs.readdirSync(`${dir}/.persist`, { recursive: true }).filter((name) => /-lease/.test(String(name)))
  trouble.isOn = true
  expect(() => lease.release()).toThrow(expect.objectContaining({ name: 'StoreError' }))
  vi.advanceTimersByTime(1000)
  expect(leases()).toHaveLength(1)
  trouble.isOn = false
  vi.advanceTimersByTime(60_000)
  expect(leases()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('in the layout of pypersist no process waits for its own lock that could not be removed', () => {
  const dir = newFolder()
  const { trouble, fileSystem } = failing(['unlinkSync', 'renameSync'])
  const store = diskStore(dir, { fileSystem, leaseMs: LEASE_MS, layout: 'pypersist' }).open('f')
  store.set(plain('a', 'old'))
  trouble.isOn = true
  for (let call = 0; call < 3; call++) {
    expect(() => store.set(plain('a', 'new'))).toThrow(expect.objectContaining({ name: 'StoreError' }))
    expect(store.get('a')?.payload).toBe('old')
    expect(store.get('b')).toBeUndefined()
  }
  trouble.isOn = false
  store.set(plain('a', 'new'))
  expect(store.get('a')?.payload).toBe('new')
  expect(fs.readdirSync(`${dir}/f`).filter((name) => name.endsWith('.lock'))).toEqual([])
})

test.each(['ETIMEDOUT', 'EEXIST', 'EIO'])(
  'no process waits for a lease, set or deletion whose file a network share made though it answered %s',
  (code) => {
    const trouble = { isOn: false }
    const openSync = (path: string, flags: number | string, mode?: number) => {
      const fd = fs.openSync(path, flags, mode)
      if (!trouble.isOn || !(Number(flags) & fs.constants.O_CREAT)) return fd
      fs.closeSync(fd)
      throw failure(code)
    }
    const store = diskStore(newFolder(), { fileSystem: { ...fs, openSync } as FileSystem, leaseMs: LEASE_MS }).open('f')
    store.lease!('before', LEASE_MS)!.release()
    trouble.isOn = true
    expect(() => store.lease!('leased', LEASE_MS)).toThrow(code)
    expect(() => store.set(plain('set'))).toThrow(code)
    store.delete('deleted')
    trouble.isOn = false
    for (const hash of ['leased', 'set', 'deleted']) {
      expect(store.lease!(hash, LEASE_MS)?.publish(plain(hash)), hash).toBe(true)
    }
  },
)
