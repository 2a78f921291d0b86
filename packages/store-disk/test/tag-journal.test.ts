import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskStore } from '@persist/store-disk'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { names, parseHeader, recordOf } from '../src/tags/journal-format.ts'
import { start } from './support/child.ts'
import { faultyFileSystem } from './support/faulty-file-system.ts'
import { newFolder, plain } from './support/folder.ts'
import { atEveryCall } from './support/interrupted.ts'

const tag = createHash('sha256').update(JSON.stringify('f')).digest('hex').slice(0, 12)

let dir: string
const open = () => diskStore(dir).open('f').tagFence!
const journal = () => join(dir, '.persist', `deleted-${tag}`)

beforeEach(() => {
  dir = newFolder()
})

describe('the journal', () => {
  test('is not there until something is deleted by tag, and a mark needs none', () => {
    expect(open().mark()).toBe('none')
    expect(open().hasDeleted('none', ['red'])).toBe(false)
    expect(existsSync(join(dir, '.persist'))).toBe(false)
  })

  test('format 1 stays what it is', () => {
    const golden = readFileSync(new URL('./golden/deletions', import.meta.url), 'latin1')
    expect(parseHeader(golden)).toEqual({ id: 'k3x9q2m1p0aaaaaaaaaaaa', isFirst: true })
    open().record('x')
    const id = parseHeader(readFileSync(journal(), 'latin1'))!.id
    writeFileSync(journal(), golden)
    expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    for (const name of ['red', 'grün']) {
      expect(open().hasDeleted('k3x9q2m1p0aaaaaaaaaaaa.49', [name])).toBe(true)
      expect(open().hasDeleted('none', [name])).toBe(true)
    }
    expect(open().hasDeleted('k3x9q2m1p0aaaaaaaaaaaa.73', ['red'])).toBe(false)
    expect(open().hasDeleted('none', ['green'])).toBe(false)
    open().record('green')
    expect(readFileSync(journal(), 'latin1')).toBe(golden + recordOf('green'))
  })

  test('a mark costs one look at the file', () => {
    open().record('red')
    const faulty = faultyFileSystem(0, () => {})
    const fence = diskStore(dir, { fileSystem: faulty.fileSystem }).open('f').tagFence!
    fence.mark()
    faulty.names.length = 0
    fence.mark()
    expect(faulty.names).toEqual(['lstatSync'])
  })

  test('stays short: when it is too long a new one begins, and older marks are answered with yes', () => {
    const fence = open()
    const before = fence.mark()
    fence.record('red')
    const first = fence.mark()
    appendFileSync(journal(), recordOf('filler').repeat(12_000))
    const late = fence.mark()
    expect(fence.hasDeleted(late, ['red'])).toBe(false)
    fence.record('green')
    expect(statSync(journal()).size).toBeLessThan(200)
    for (const mark of [before, first, late]) expect(open().hasDeleted(mark, ['blue'])).toBe(true)
    const now = fence.mark()
    expect(fence.hasDeleted(now, ['green'])).toBe(false)
    fence.record('blue')
    expect(open().hasDeleted(now, ['blue'])).toBe(true)
    expect(open().hasDeleted(now, ['green'])).toBe(false)
  })

  test('a record that a crash has cut off hides no later one, and for itself is answered with yes', () => {
    const fence = open()
    fence.record('red')
    const mark = fence.mark()
    for (let length = 1; length < 24; length++) {
      appendFileSync(journal(), recordOf('cut off').slice(0, length))
      const after = open().mark()
      open().record(`after-${length}`)
      expect(open().hasDeleted(mark, [`after-${length}`])).toBe(true)
      expect(open().hasDeleted(after, [`after-${length}`]), `${length}`).toBe(true)
      expect(open().hasDeleted(open().mark(), [`after-${length}`, 'cut off'])).toBe(false)
    }
  })

  test.each([
    ['an empty file, as a power cut leaves it', ''],
    ['zero bytes, as a power cut leaves them', '\0'.repeat(100)],
    ['half a header', 'persist-deletions 1 fir'],
    ['a header of a later format', 'persist-deletions 2 first k3x9q2m1p0aaaaaaaaaaaa\n'],
    ['text', 'notes\n'.repeat(100)],
  ])('%s in its place is replaced, and every mark from before is answered with yes', (_, text) => {
    const before = open().mark()
    open().record('red')
    const mark = open().mark()
    writeFileSync(journal(), text)
    for (const old of [before, mark]) expect(open().hasDeleted(old, ['green'])).toBe(true)
    const now = open().mark()
    expect(open().hasDeleted(now, ['green'])).toBe(false)
    open().record('green')
    expect(open().hasDeleted(now, ['green'])).toBe(true)
    for (const old of [before, mark]) expect(open().hasDeleted(old, ['blue'])).toBe(true)
  })

  test('one that was removed, or cut short, has every mark answered with yes', () => {
    open().record('red')
    const mark = open().mark()
    rmSync(journal())
    expect(open().hasDeleted(mark, ['green'])).toBe(true)
    open().record('red')
    expect(open().hasDeleted(mark, ['green'])).toBe(true)
    const newer = open().mark()
    writeFileSync(journal(), readFileSync(journal(), 'latin1').slice(0, 60))
    expect(open().hasDeleted(newer, ['green'])).toBe(true)
  })

  test('any two tags have different digests', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', '\udc00', 'é', 'e\u0301'))
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(names(recordOf(one), [other])).toBe(one === other)
      }),
    )
  })
})

describe('two at once', () => {
  test('whatever happens at any step of noting a deletion, no later mark sees it and no earlier one misses it', () => {
    for (const size of [0, 12_000]) {
      for (const isThere of [false, true]) {
        const acts: Record<string, () => void> = {
          'another deletion': () => open().record('green'),
          'the file is replaced by one that is too long': () => {
            open().record('green')
            appendFileSync(journal(), recordOf('filler').repeat(12_000))
            open().record('blue')
          },
        }
        for (const [what, act] of Object.entries(acts)) {
          atEveryCall((fileSystem, interrupt, nth) => {
            dir = newFolder()
            diskStore(dir).open('f').set(plain('a'))
            if (isThere) open().record('yellow')
            if (isThere) appendFileSync(journal(), recordOf('filler').repeat(size))
            const before = open().mark()
            let between: string | undefined
            let hasActed = false
            interrupt(() => {
              hasActed = true
              act()
              between = open().mark()
            })
            diskStore(dir, { fileSystem }).open('f').tagFence!.record('red')
            interrupt(() => {})
            const where = `${what} at call ${nth}, ${size} records before`
            expect(open().hasDeleted(before, ['red']), where).toBe(true)
            if (hasActed) expect(open().hasDeleted(before, ['green']), where).toBe(true)
            const after = open().mark()
            expect(open().hasDeleted(after, ['red', 'green', 'blue']), where).toBe(false)
            expect(open().hasDeleted(after, []), where).toBe(false)
            // A deletion is noted by the end of the call: a mark that was taken meanwhile may be on either side of it, but a
            // mark before the call is never after it.
            if (between !== undefined && between !== after) {
              expect(open().hasDeleted(between, ['red']), where).toBe(true)
            }
          })
        }
      }
    }
  })

  test('a writer that is killed at any moment spoils nothing, and what it had noted is known', async () => {
    const mark = open().mark()
    for (let round = 0; round < 8; round++) {
      const writers = [1, 2, 3].map((number) => start('recorder', dir, `${round}-${number}`))
      await Promise.all(writers.map((writer) => writer.line('recorded 50')))
      for (const writer of writers) writer.process.kill('SIGKILL')
      await Promise.all(writers.map((writer) => writer.ended))
      for (const [index, { lines }] of writers.entries()) {
        const last = Number(lines.at(-1)!.split(' ')[1])
        const noted = `${round}-${index + 1}-${last}`
        expect(open().hasDeleted(mark, [noted]), noted).toBe(true)
      }
      expect(open().hasDeleted(open().mark(), ['anything'])).toBe(false)
    }
  })
})
