import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Contents } from '../src/files/contents.ts'
import { contentKind } from '../src/kinds/file.ts'
import { FakeFiles } from './support/fake-files.ts'

const RUNS = process.env.PERSIST_SOAK === '1' ? 50_000 : 2_000
const PATH = '/root/a'

/** What a function records when it reads the file now. */
function recorded(files: FakeFiles, contents: Contents) {
  const [before, at] = [files.stat(PATH), files.now()]
  const { digest } = files.content(PATH)
  return { digest, detail: contents.trusted(PATH, digest, before, at) ?? '-' }
}

function started() {
  const files = new FakeFiles()
  files.write(PATH, 'aaa')
  const contents = new Contents(files)
  const kind = contentKind('file', contents)
  const isUnchanged = ({ digest, detail }: ReturnType<typeof recorded>) =>
    kind.isUnchanged('a', digest, detail, '/root')
  return { files, contents, isUnchanged }
}

test('a file that changes within one tick of the clock, with the same size, has changed', () => {
  const { files, contents, isUnchanged } = started()
  const input = recorded(files, contents)
  files.advance(1)
  expect(isUnchanged(input)).toBe(true)
  files.write(PATH, 'bbb')
  expect(isUnchanged(input)).toBe(false)
  files.advance(60_000)
  expect(isUnchanged(input)).toBe(false)
  files.write(PATH, 'aaa')
  expect(isUnchanged(input)).toBe(true)
})

test('a file whose times were set back has changed', () => {
  const { files, contents, isUnchanged } = started()
  files.advance(60_000)
  const { mtimeMs } = files.stat(PATH)!
  const input = recorded(files, contents)
  expect(input.detail).not.toBe('-')
  files.advance(60_000)
  files.write(PATH, 'bbb')
  files.setTime(PATH, mtimeMs)
  expect(isUnchanged(input)).toBe(false)
})

test('a file of an image is read, since that of another image at its place may have the same times', () => {
  const { files, contents, isUnchanged } = started()
  files.mount(PATH, 'aaa')
  const input = recorded(files, contents)
  expect([input.detail, isUnchanged(input)]).toEqual(['-', true])
  files.mount(PATH, 'bbb')
  expect(isUnchanged(input)).toBe(false)
})

test('an old file is looked at and not read, also in another process', () => {
  const { files, contents, isUnchanged } = started()
  files.advance(60_000)
  const input = recorded(files, contents)
  files.opened.length = 0
  expect(isUnchanged(input)).toBe(true)
  const elsewhere = contentKind('file', new Contents(files))
  expect(elsewhere.isUnchanged('a', input.digest, input.detail, '/root')).toBe(true)
  expect(files.opened).toEqual([])
})

test('a new file is read until it is old enough, then once more, then only looked at', () => {
  const { files, contents, isUnchanged } = started()
  const input = recorded(files, contents)
  const reads = () => {
    files.opened.length = 0
    expect(isUnchanged(input)).toBe(true)
    return files.opened.length
  }
  expect([reads(), reads()]).toEqual([1, 1])
  files.advance(60_000)
  expect([reads(), reads()]).toEqual([1, 0])
})

test('a listing with a new name within one tick of the clock has changed', () => {
  const files = new FakeFiles()
  const contents = new Contents(files)
  files.write('/root/docs/a', '')
  const kind = contentKind('directory', contents)
  const digest = contents.digest('/root/docs', 'directory')!
  expect(kind.isUnchanged('docs', digest, '-', '/root')).toBe(true)
  files.write('/root/docs/b', '')
  expect(kind.isUnchanged('docs', digest, '-', '/root')).toBe(false)
  files.remove('/root/docs/b')
  expect(kind.isUnchanged('docs', digest, '-', '/root')).toBe(true)
})

test('whatever happens to a file, an input is unchanged exactly while the file has the content that was read', () => {
  const step = fc.oneof(
    fc.record({ write: fc.constantFrom('aaa', 'bbb', 'cccc'), replace: fc.boolean() }),
    fc.record({ advance: fc.constantFrom(0, 1, 9, 10, 2_999, 3_001, 60_000) }),
    fc.constant({ record: true as const }),
    fc.constant({ back: true as const }),
    fc.constant({ look: true as const }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { files, contents, isUnchanged } = started()
      const inputs = [{ ...recorded(files, contents), text: 'aaa' }]
      let text = 'aaa'
      for (const one of steps) {
        if ('write' in one) {
          text = one.write
          files.write(PATH, text, one)
        } else if ('advance' in one) files.advance(one.advance)
        else if ('record' in one) inputs.push({ ...recorded(files, contents), text })
        else if ('back' in one) files.setTime(PATH, 1_000)
        else for (const input of inputs) expect(isUnchanged(input)).toBe(input.text === text)
      }
      for (const input of inputs) expect(isUnchanged(input)).toBe(input.text === text)
    }),
    { numRuns: RUNS },
  )
})
