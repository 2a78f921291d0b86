import fs, { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { earlierEntryName, entryIdIn, entryIdOf, entryName, hashIn } from '../src/folder/entry-name.ts'
import { newFolder, plain } from './support/folder.ts'

const DEFAULT = 'wXS1bvAbCdEfGhIjKlMnOpQrStUvWxYz0123456789E'

describe('the name of an entry', () => {
  test.each(['2_to_the_power_of_4', 'a.b c', '-x', DEFAULT])(
    'is the hash where no file system folds it: %s',
    (hash) => {
      expect(entryName(hash)).toBe(`${hash}.entry`)
      expect(earlierEntryName(hash)).toBeUndefined()
    },
  )

  test.each([
    ['Readable', 'Readable~'],
    ['ä', 'ä~'],
    ['\u212a', '\u212a~'],
    [`${DEFAULT.slice(0, -1)}e`, `${DEFAULT.slice(0, -1)}e~`],
    ['readable~0123456789abcdef', 'readable~0123456789abcdef~'],
  ])('has a digest for %s', (hash, begin) => {
    expect(entryName(hash).slice(0, begin.length)).toBe(begin)
    expect(entryName(hash).slice(begin.length)).toMatch(/^[0-9a-f]{16}\.entry$/)
    expect(earlierEntryName(hash)).toBe(`${hash}.entry`)
  })

  test('fits on every file system, whatever the hash', () => {
    for (const hash of ['A'.repeat(249), 'ä'.repeat(124), `${'😀'.repeat(62)}A`])
      expect(Buffer.byteLength(entryName(hash))).toBeLessThanOrEqual(255)
  })

  test('is another one for each hash, also where case is folded', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'A', 'ä', 'Ä', '~', '0'), minLength: 1, maxLength: 5 })
    const hashes = fc.oneof(
      letters,
      letters.map((hash) => entryName(hash).slice(0, -'.entry'.length)),
    )
    fc.assert(
      fc.property(hashes, hashes, (one, other) => {
        fc.pre(one !== other)
        return entryName(one).toLowerCase() !== entryName(other).toLowerCase()
      }),
    )
  })

  test('shows the hash, and what stands for it in tokens', () => {
    for (const hash of ['readable', 'Readable', 'ä', 'A'.repeat(249), DEFAULT, 'a~0123456789abcdef']) {
      expect(entryIdIn(entryName(hash))).toBe(entryIdOf(hash))
      expect(entryIdIn(earlierEntryName(hash) ?? entryName(hash))).toBe(entryIdOf(hash))
      if (hash.length < 200) expect(hashIn(entryName(hash))).toBe(hash)
    }
  })
})

describe('an entry under the name that earlier versions gave it', () => {
  /** A folder in which the entry `Readable` lies as it did. */
  function earlier() {
    const dir = newFolder()
    diskStore(dir).open('f').set(plain('Readable', 'earlier'))
    renameSync(join(dir, 'f', entryName('Readable')), join(dir, 'f', 'Readable.entry'))
    return { dir, store: diskStore(dir).open('f') }
  }

  test('is read and listed', () => {
    const { store } = earlier()
    expect(store.get('Readable')?.payload).toBe('earlier')
    expect([...store.heads()].map(({ hash }) => hash)).toEqual(['Readable'])
    expect(store.stats().entries).toBe(1)
  })

  test('is replaced by a later one', () => {
    const { dir, store } = earlier()
    store.set(plain('Readable', 'later'))
    expect(store.get('Readable')?.payload).toBe('later')
    expect(readdirSync(join(dir, 'f'))).toEqual([entryName('Readable')])
    expect(store.delete('Readable')).toBe(true)
    expect(store.get('Readable')).toBeUndefined()
  })

  test('is listed once, and as the later one, where a writer died before it removed the earlier one', () => {
    const { dir, store } = earlier()
    const unlinkSync = (path: string) => {
      if (path.endsWith('Readable.entry')) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      fs.unlinkSync(path)
    }
    const dying = diskStore(dir, { fileSystem: { ...fs, unlinkSync } }).open('f')
    expect(() => dying.set(plain('Readable', 'later'))).toThrow('EIO')
    expect(readdirSync(join(dir, 'f'))).toHaveLength(2)
    expect([...store.entries()].map(({ payload }) => payload)).toEqual(['later'])
    expect(store.delete('Readable')).toBe(true)
    expect(store.get('Readable')).toBeUndefined()
  })

  test('is deleted', () => {
    const { dir, store } = earlier()
    expect(store.delete('Readable')).toBe(true)
    expect(readdirSync(join(dir, 'f'))).toEqual([])
  })

  test('stays where another hash has that name', () => {
    const { dir, store } = earlier()
    writeFileSync(join(dir, 'f', 'Other.entry'), fs.readFileSync(join(dir, 'f', 'Readable.entry')))
    expect(store.get('Other')).toBeUndefined()
    expect(store.delete('Other')).toBe(false)
    expect(readdirSync(join(dir, 'f')).sort()).toEqual(['Other.entry', 'Readable.entry'])
  })
})
