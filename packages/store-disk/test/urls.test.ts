import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { diskStore, fromUrl } from '@persist/store-disk'
import { describe, expect, test } from 'vitest'
import { folderOf } from '../src/url.ts'

describe('the folder of a cache URL', () => {
  test.each([
    ['file://persist', 'persist'],
    ['file://./a b', './a b'],
    ['file://./a%20b', './a b'],
    ['file://../up/%C3%A4', '../up/ä'],
    ['FILE://Persist', 'Persist'],
    ['file:///abs/with%20space', '/abs/with space'],
    ['file:///abs/100%25', '/abs/100%'],
    ['file:///abs/a%3Fb%23c', '/abs/a?b#c'],
    ['dir/only', 'dir/only'],
    ['./100%', './100%'],
    ['./what?', './what?'],
    ['/abs/path', '/abs/path'],
    ['.', '.'],
    [new URL('file:///abs/with%20space'), '/abs/with space'],
    [pathToFileURL('/abs/ä?'), '/abs/ä?'],
  ])('%s is %s', (url, folder) => {
    expect(folderOf(url, false)).toBe(folder)
  })

  test.each([
    ['file:///C:/x%20y', 'C:\\x y'],
    ['file://C:/x', 'C:/x'],
    ['C:\\x', 'C:\\x'],
    ['file:///c:/', 'c:\\'],
    ['FILE:///C:/100%25/a%3Fb%23c', 'C:\\100%\\a?b#c'],
    ['file:///C:/%C3%A4/', 'C:\\ä\\'],
    [`file:///C:/${'long/'.repeat(70)}x`, `C:\\${'long\\'.repeat(70)}x`],
    ['C:/x y', 'C:/x y'],
    ['C:x', 'C:x'],
    ['.\\a\\b', '.\\a\\b'],
    ['..\\up', '..\\up'],
    ['.\\100%', '.\\100%'],
    ['%TEMP%\\x', '%TEMP%\\x'],
    ['a~b', 'a~b'],
    ['\\\\?\\C:\\x', '\\\\?\\C:\\x'],
    ['\\\\server\\share\\a b', '\\\\server\\share\\a b'],
    ['file:////server/share/a%20b', '\\\\server\\share\\a b'],
    [new URL('file://server/share/a%20b'), '\\\\server\\share\\a b'],
    ['file://server/share', 'server/share'],
    ['file://persist', 'persist'],
    [new URL('file://persist'), 'persist/'],
    [new URL('file:///C:/x'), 'C:\\x'],
    [new URL('file:///C|/x'), 'C:\\x'],
    ['CON', 'CON'],
  ])('on Windows %s is %s', (url, folder) => {
    expect(folderOf(url, true)).toBe(folder)
  })

  test.each([
    ['', 'names no folder'],
    ['file://', 'names no folder'],
    ['file://persist?layout=flat', 'the only parameter is'],
    ['file:///abs#part', 'the only parameter is'],
    ['file:persist', 'write file://'],
    ['mongodb://localhost/app', 'no scheme'],
    ['file://./a%2Fb', 'slash'],
    ['file:///a%2Fb', 'encoded / characters'],
    ['file://./100%', '%25'],
    ['file://./a%00b', 'zero byte'],
    ['./a\0b', 'zero byte'],
    ['~/cache', 'os.homedir()'],
    ['file://~/cache', 'os.homedir()'],
  ])('%s is refused: it says %s', (url, reason) => {
    const refusal = expect(() => folderOf(url, false))
    refusal.toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option: 'cache' }))
    refusal.toThrow(reason)
  })
})

test.each([
  ['file:///x', 'file:///C:/x'],
  ['file:///', 'file:///C:/x'],
  ['file:///C:/a%5Cb', 'encoded'],
  ['file:////server%2Fshare/x', 'Invalid URL'],
  ['file://a%5Cb', 'slash'],
  ['~\\cache', 'os.homedir()'],
  ['file://~\\cache', 'os.homedir()'],
  ['D:cache\0', 'zero byte'],
  ['https://C:/x', 'no scheme'],
])('on Windows %s is refused: it says %s', (url, reason) => {
  expect(() => folderOf(url, true)).toThrow(reason)
})

test('a relative folder counts from the current folder of the moment when the adapter is made', () => {
  expect(fromUrl('file://some/where').name).toBe(join(process.cwd(), 'some', 'where'))
  expect(diskStore('some/where').name).toBe(resolve('some/where'))
  expect(diskStore('/a/b/').name).toBe('/a/b')
})

test('an option that there is not is refused, with the nearest one', () => {
  expect(() => diskStore('x', { durrable: true } as object)).toThrow(
    expect.objectContaining({ code: 'ERR_PERSIST_OPTION', option: 'durrable', nearest: 'durable' }),
  )
  expect(() => diskStore('x', { durable: 'yes' } as never)).toThrow(expect.objectContaining({ option: 'durable' }))
  expect(() => diskStore('x', { secret: '' })).toThrow(expect.objectContaining({ option: 'secret' }))
})

test('what looks like a secret in a URL that is refused is not shown', () => {
  for (const url of ['file://cache?secret=S3cret', 'file://ann:S3cret@host/%zz', 'redis://ann:S3/cret@host']) {
    expect(() => diskStore(url)).toThrow(expect.objectContaining({ code: 'ERR_PERSIST_OPTION' }))
    expect(() => diskStore(url)).not.toThrow(/S3/)
  }
})
