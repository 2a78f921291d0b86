import fs, { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

const open = (dir: string, secret: string | undefined, codes: string[]) =>
  diskStore(dir, secret === undefined ? {} : { secret }).open('f', { report: ({ code }) => void codes.push(code) })

test('with a secret, an entry that was changed and got a new checksum is not taken', () => {
  const dir = newFolder()
  const path = join(dir, 'f', 'a-hash.entry')
  const codes: string[] = []
  open(dir, 's3cret', codes).set(plain('a-hash', 'true'))
  expect(open(dir, 's3cret', codes).get('a-hash')?.payload).toBe('true')
  expect(readFileSync(path, 'utf8')).not.toContain('s3cret')
  open(dir, 'other', codes).set(plain('b-hash', 'forged'))
  writeFileSync(path, readFileSync(join(dir, 'f', 'b-hash.entry'), 'utf8').replaceAll('b-hash', 'a-hash'))
  expect(codes).toEqual([])
  expect(open(dir, 's3cret', codes).get('a-hash')).toBeUndefined()
  expect(codes).toEqual(['ERR_PERSIST_ENTRY_DAMAGED'])
})

test('entries sealed in another way count as missing, are reported once, and stay for those who have that secret', () => {
  const dir = newFolder()
  const codes: string[] = []
  for (const hash of ['a-hash', 'b-hash']) open(dir, 's3cret', codes).set(plain(hash))
  const without = open(dir, undefined, codes)
  for (const hash of ['a-hash', 'b-hash']) expect(without.get(hash)).toBeUndefined()
  expect(codes).toEqual(['ERR_PERSIST_ENTRY_SIGNATURE'])
  expect(open(dir, 's3cret', codes).get('a-hash')).toEqual(plain('a-hash'))
})

test.each(['set', 'publish'])('durable: a %s syncs the file before it is the entry, and the folder after', (method) => {
  const dir = newFolder()
  diskStore(dir).open('f').set(plain('old-hash'))
  const calls: string[] = []
  const fileSystem = { ...fs }
  fileSystem.fsyncSync = (fd) => {
    calls.push(fs.fstatSync(fd).isDirectory() ? 'sync folder' : 'sync file')
    fs.fsyncSync(fd)
  }
  fileSystem.renameSync = (from, to) => {
    calls.push('rename')
    fs.renameSync(from, to)
  }
  const store = diskStore(dir, { durable: true, fileSystem }).open('f')
  if (method === 'set') store.set(plain('a-hash'))
  else store.lease!('a-hash', 1000)!.publish(plain('a-hash'))
  expect(calls).toEqual(['sync file', 'rename', 'sync folder'])
  expect(store.get('a-hash')).toEqual(plain('a-hash'))
})

test('a write that is taken in small pieces arrives whole', () => {
  const dir = newFolder()
  const fileSystem = { ...fs }
  fileSystem.writeSync = ((fd: number, bytes: Uint8Array, offset: number, length: number) =>
    fs.writeSync(fd, bytes, offset, Math.min(length, 7))) as typeof fs.writeSync
  const store = diskStore(dir, { fileSystem }).open('f')
  store.set(plain('a-hash', 'x'.repeat(10_000)))
  expect(store.get('a-hash')?.payload).toBe('x'.repeat(10_000))
  expect(store.lease!('b-hash', 1000)!.publish(plain('b-hash', 'y'.repeat(10_000)))).toBe(true)
  expect(store.get('b-hash')?.payload).toBe('y'.repeat(10_000))
})
