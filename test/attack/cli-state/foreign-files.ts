import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

/** Files of other people: in the cache's folder, in that of a function, and among what is under way. */
const FILES = {
  'README.txt': 'mine',
  'notes/todo.txt': 'mine, too',
  'notes/list.entry': 'this is no entry',
  'plain/a.entry': 'neither is this',
  'plain/empty.entry': '',
  'plain/sub/b.entry': '{"persist":1}\n',
  'plain/data.json': '{}',
  '.persist/mine.txt': 'left here by mistake',
  '.persist/0/mine.txt': 'left here, too',
  '.persist/quarantine/mine.entry': 'kept',
} as const
const LINKS = {
  'plain/link.entry': '../README.txt',
  'plain/nowhere.entry': 'there-is-no-such-file',
  linked: 'notes',
} as const

/** Puts other people's files into a cache; the answer checks that each is as it was. */
export function addForeignFiles(cache: string): () => void {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(cache, name, '..'), { recursive: true })
    writeFileSync(join(cache, name), text)
  }
  for (const [name, target] of Object.entries(LINKS)) symlinkSync(target, join(cache, name))
  const numbers = Object.keys(FILES).map((name) => lstatSync(join(cache, name)).ino)
  return () => {
    const texts = Object.keys(FILES).map((name) => [name, readFileSync(join(cache, name), 'utf8')])
    expect(Object.fromEntries(texts)).toEqual(FILES)
    expect(Object.keys(FILES).map((name) => lstatSync(join(cache, name)).ino)).toEqual(numbers)
    const links = Object.keys(LINKS).map((name) => [name, readlinkSync(join(cache, name))])
    expect(Object.fromEntries(links)).toEqual(LINKS)
  }
}
