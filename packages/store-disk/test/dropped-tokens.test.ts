import fs from 'node:fs'
import { diskStore, type FileSystem } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { failure } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'

const METHODS = ['renameSync', 'unlinkSync', 'readdirSync'] as const
const LEASE_MS = 600_000

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
