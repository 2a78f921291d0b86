import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import { expect, test } from 'vitest'
import { newFolder, plain } from './support/folder.ts'

test('the folder is made on the first write, with its format, a tag for backup programs and a .gitignore', () => {
  const dir = join(newFolder(), 'made', 'later')
  const store = diskStore(dir).open('power')
  expect(store.get('a-hash')).toBeUndefined()
  expect([...store.heads()]).toEqual([])
  expect(store.delete('a-hash')).toBe(false)
  expect(store.clear()).toBe(0)
  expect(store.prune(0)).toBe(0)
  expect(existsSync(dir)).toBe(false)
  store.set(plain('2_to_the_power_of_4', '16'))
  expect(JSON.parse(readFileSync(join(dir, 'persist.json'), 'utf8'))).toMatchObject({ format: 1 })
  expect(readFileSync(join(dir, 'CACHEDIR.TAG'), 'utf8')).toMatch(/^Signature: 8a477f597d28d172789f06886806bc55\n/)
  expect(readFileSync(join(dir, '.gitignore'), 'utf8')).toBe('*\n')
  expect(readFileSync(join(dir, 'power', '2_to_the_power_of_4.entry'), 'utf8')).toMatch(/^\{.*\}\n16$/)
})

test("a folder with other people's files gets neither a .gitignore nor a tag", () => {
  const dir = newFolder()
  writeFileSync(join(dir, 'theirs.txt'), 'kept')
  const store = diskStore(dir).open('f')
  store.set(plain('a-hash'))
  expect(readdirSync(dir).sort()).toEqual(['.persist', 'f', 'persist.json', 'theirs.txt'])
  writeFileSync(join(dir, 'f', 'theirs.txt'), 'kept')
  store.clear()
  store.prune(Date.now(), { maxEntries: 0 })
  expect(readdirSync(join(dir, 'f'))).toEqual(['theirs.txt'])
})

test('a folder of a newer format is refused by every method and not touched', () => {
  const dir = newFolder()
  mkdirSync(join(dir, 'f'))
  writeFileSync(join(dir, 'persist.json'), '{"format":2}')
  writeFileSync(join(dir, 'f', 'a-hash.entry'), 'of a newer format')
  const store = diskStore(dir).open('f')
  const refusal = expect.objectContaining({ code: 'ERR_PERSIST_STORE_FORMAT', store: dir })
  for (const method of [
    () => store.get('a-hash'),
    () => store.set(plain('a-hash')),
    () => store.delete('a-hash'),
    () => store.clear(),
    () => [...store.entries()],
    () => [...store.heads()],
    () => store.stats(),
    () => store.prune(0, { maxEntries: 0 }),
    () => store.lease!('a-hash', 1000),
  ])
    expect(method).toThrow(refusal)
  expect(readdirSync(dir, { recursive: true }).sort()).toEqual(['f', 'f/a-hash.entry', 'persist.json'])
})

test('a format file that a crash cut off is no reason to refuse the folder', () => {
  const dir = newFolder()
  writeFileSync(join(dir, 'persist.json'), '{"form')
  const store = diskStore(dir).open('f')
  store.set(plain('a-hash'))
  expect(store.get('a-hash')).toEqual(plain('a-hash'))
})

test('a folder that is removed while it is used is made again', () => {
  const dir = newFolder()
  const store = diskStore(dir).open('f')
  store.set(plain('a-hash'))
  rmSync(dir, { recursive: true })
  expect(store.get('a-hash')).toBeUndefined()
  expect(store.delete('a-hash')).toBe(false)
  expect([...store.entries()]).toEqual([])
  store.set(plain('a-hash'))
  const lease = store.lease!('another', 60_000)!
  rmSync(join(dir, 'f'), { recursive: true })
  expect(lease.publish(plain('another'))).toBe(true)
  expect(store.get('another')).toEqual(plain('another'))
  rmSync(dir, { recursive: true })
  expect(store.lease!('another', 60_000)!.publish(plain('another'))).toBe(true)
  expect(existsSync(join(dir, 'CACHEDIR.TAG'))).toBe(true)
})

test('every namespace has a readable folder of its own, on file systems that fold case as well', () => {
  const dir = newFolder()
  const names = [
    'power',
    'Power',
    'POWER',
    'Model.predict',
    'a/b',
    'a_b',
    'CON',
    'x.',
    '',
    '..',
    '.',
    '~',
    '.persist',
    'persist.json',
    'é',
    'e\u0301',
    'long'.repeat(75),
    '\ud800',
    '\ud801',
  ]
  for (const name of names) diskStore(dir).open(name).set(plain('a-hash', name))
  const folders = readdirSync(dir).filter(
    (name) => !name.includes('persist') && !['CACHEDIR.TAG', '.gitignore'].includes(name),
  )
  expect(new Set(folders.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(names.length - 2)
  expect(folders).toEqual(expect.arrayContaining(['power', 'Model.predict', 'a_b']))
  expect(folders.some((name) => /^a_b~[0-9a-f]{16}$/.test(name))).toBe(true)
  for (const name of names) {
    expect(diskStore(dir).open(name).get('a-hash')?.payload).toBe(name)
    expect(diskStore(dir).open(name).clear()).toBe(1)
  }
})

test('a hash that is no file name is refused, by checkHash and by every method', () => {
  const adapter = diskStore(newFolder())
  const store = adapter.open('f')
  const refusal = expect.objectContaining({ code: 'ERR_PERSIST_HASH' })
  for (const hash of ['../x', 'a/b', '', '.', '..', 'CON', 'nul.txt', 'a\0b', 'a.', 'x'.repeat(250)]) {
    for (const method of [
      () => adapter.checkHash!(hash),
      () => store.get(hash),
      () => store.set(plain(hash)),
      () => store.delete(hash),
      () => store.lease!(hash, 1000),
    ])
      expect(method).toThrow(refusal)
  }
})
