// Names of functions, hashes and folders that Windows has rules for.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { persist } from '@persist/core'
import { diskStore } from '@persist/store-disk'

const dir = mkdtempSync(join(tmpdir(), 'persist-names-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const NAMES = [
  'con',
  'NUL',
  'com1.txt',
  'lpt9',
  'aux ',
  'prn.',
  'CONIN$',
  'com¹',
  'a:b',
  'a<b>',
  'a|b',
  'a?b*',
  '"a"',
  'a/b',
  'a\\b',
  '..',
  '.',
  ' a',
  'a ',
  'a.',
  'power',
  'Power',
  'POWER',
  'ä',
  'Ä',
  'a%20b',
  '~',
  '%TEMP%',
  'x'.repeat(300),
  '\ud800',
  '日本',
]

test('each function has entries of its own, whatever its name', () => {
  const path = join(dir, 'functions')
  for (const name of NAMES) diskStore(path).open(name).set({ hash: 'a-hash', payload: name, createdAt: 1 })
  for (const name of NAMES) assert.equal(diskStore(path).open(name).get('a-hash')?.payload, name)
  assert.deepEqual([...diskStore(path).namespaces()].sort(), [...NAMES].sort())
})

test('hashes that differ in case only have an entry each', () => {
  const store = diskStore(join(dir, 'hashes')).open('f')
  const hashes = ['readable', 'Readable', 'READABLE', 'ä', 'Ä', 'straße', 'strasse', 'K', '\u212a', 'k'].filter(
    (hash) => hash.normalize('NFC') === hash,
  )
  for (const hash of hashes) store.set({ hash, payload: hash, createdAt: 1 })
  for (const hash of hashes) assert.equal(store.get(hash)?.payload, hash)
  assert.deepEqual([...store.heads()].map(({ hash }) => hash).sort(), hashes.sort())
  for (const hash of hashes) assert.equal(store.delete(hash), true)
  assert.deepEqual(store.stats(), { entries: 0, bytes: 0 })
})

const deep = join(dir, 'd'.repeat(100), 'e'.repeat(100), 'f'.repeat(100), 'g'.repeat(40))

for (const [what, cache, place] of [
  ['a path', join(dir, 'a path'), join(dir, 'a path')],
  ['a path with slashes', `${dir.replaceAll('\\', '/')}/slashes`, join(dir, 'slashes')],
  ['a path that ends in a backslash', `${join(dir, 'ended')}\\`, join(dir, 'ended')],
  ['a path with a percent sign and a tilde', join(dir, '100% ~x'), join(dir, '100% ~x')],
  ['a path of more than 340 characters', deep, deep],
  ['a path with a prefix', `\\\\?\\${join(dir, 'prefixed')}`, join(dir, 'prefixed')],
  ['file:///C:/', pathToFileURL(join(dir, 'url %')).href, join(dir, 'url %')],
  ['a URL', pathToFileURL(join(dir, 'as URL')), join(dir, 'as URL')],
  ['file://C:/', `file://${dir.replaceAll('\\', '/')}/two%20slashes`, join(dir, 'two slashes')],
]) {
  test(`a cache is where it should be: ${what}`, () => {
    let runs = 0
    const double = () =>
      persist(
        (x) => {
          runs++
          return 2 * x
        },
        {
          cache: typeof cache === 'string' ? cache : new URL(cache),
          funcname: `double ${basename(place)}`,
        },
      )
    const first = double()
    assert.equal(first(21), 42)
    assert.equal(first(21), 42)
    assert.equal(runs, 1)
    assert.ok(readdirSync(place).includes('persist.json'))
    assert.equal(
      diskStore(cache)
        .open(`double ${basename(place)}`)
        .stats().entries,
      1,
    )
  })
}

test('a relative cache is in the current folder', () => {
  mkdirSync(join(dir, 'here'))
  process.chdir(join(dir, 'here'))
  for (const cache of ['relative', '.\\back', './slash', 'file://url', 'file://./a%20b'])
    diskStore(cache).open('f').set({ hash: 'a-hash', payload: '', createdAt: 1 })
  assert.deepEqual(readdirSync('.').sort(), ['a b', 'back', 'relative', 'slash', 'url'])
  process.chdir(tmpdir())
})
