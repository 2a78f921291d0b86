import { execFileSync } from 'node:child_process'
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'
import { mounted } from './support/mounted.ts'

const FULL = expect.objectContaining({ code: 'ERR_PERSIST_STORE_FULL' })
const LEVELS = process.env.PERSIST_SOAK ? 1000 : 60

test('on a full disk the old entry stays, the error says so, and nothing half-made is left', (context) => {
  const disk = mounted(context, '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs')
  const dir = join(disk, 'cache')
  const store = diskStore(dir).open('f')
  const filler = join(disk, 'filler')
  store.set(plain('a-hash', 'old'))
  const begun = statSync(join(dir, 'f', 'a-hash.entry')).size
  writeFileSync(filler, '')
  for (let level = 0; level < LEVELS; level++) {
    fillUp(filler, 2 ** 21 - begun - Math.floor(Math.random() * 40_000))
    const payload = String(level % 10).repeat(16_000 + Math.floor(Math.random() * 16_000))
    const before = store.get('a-hash')
    const byLease = level % 2 === 1
    try {
      if (byLease) store.lease!('a-hash', 60_000)?.publish(plain('a-hash', payload))
      else store.set(plain('a-hash', payload))
      expect(store.get('a-hash')?.payload).toBe(payload)
    } catch (error) {
      expect(error).toEqual(FULL)
      expect(store.get('a-hash')).toEqual(before)
    }
    truncateSync(filler, 0)
    const left = readdirSync(join(dir, '.persist'), { recursive: true }).filter((name) => String(name).length > 30)
    expect(left).toEqual([])
    const lease = store.lease!('a-hash', 60_000)
    expect(lease, 'the key hangs').toBeDefined()
    lease!.release()
  }
})

function fillUp(filler: string, bytes: number): void {
  try {
    writeFileSync(filler, Buffer.alloc(bytes))
  } catch {
    // As far as it went.
  }
}

test('on a disk that may only be read, values are served and writes say what is wrong', (context) => {
  const disk = mounted(context, '-t', 'tmpfs', 'tmpfs')
  const dir = join(disk, 'cache')
  diskStore(dir).open('f').set(plain('a-hash'))
  writeFileSync(join(dir, 'f', 'damaged.entry'), 'spoiled')
  execFileSync('mount', ['-o', 'remount,ro', disk])
  const codes: string[] = []
  const store = diskStore(dir).open('f', { bounds: { maxEntries: 5 }, report: ({ code }) => void codes.push(code) })
  const refusal = expect.objectContaining({
    code: 'ERR_PERSIST_STORE',
    cause: expect.objectContaining({ code: 'EROFS' }),
  })
  expect(store.get('a-hash')).toEqual(plain('a-hash'))
  for (let look = 0; look < 3; look++) expect(store.get('damaged')).toBeUndefined()
  expect(codes).toEqual(['ERR_PERSIST_ENTRY_DAMAGED'])
  expect(() => store.set(plain('a-hash'))).toThrow(refusal)
  expect(() => store.lease!('b-hash', 1000)).toThrow(refusal)
  expect(() => store.delete('a-hash')).toThrow(refusal)
  expect([...store.heads()].map(({ hash }) => hash)).toEqual(['a-hash'])
})

test('two file systems under one folder: an error that says so, and no entry is lost', (context) => {
  const dir = newFolder()
  diskStore(dir).open('f').set(plain('a-hash'))
  execFileSync('mount', ['--bind', mounted(context, '-t', 'tmpfs', 'tmpfs'), join(dir, 'f')])
  try {
    expect(() => diskStore(dir).open('f').set(plain('a-hash'))).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: 'EXDEV' }) }),
    )
  } finally {
    execFileSync('umount', [join(dir, 'f')])
  }
  expect(diskStore(dir).open('f').get('a-hash')).toEqual(plain('a-hash'))
})
