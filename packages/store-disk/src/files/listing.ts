import type { Entry, ListedHead } from '@persist/store'
import { earlierEntryName, entryName } from '../folder/entry-name.ts'
import { decodeHead, type Unreadable } from '../format/entry-codec.ts'
import type { EntryFiles } from './entry-files.ts'
import { errorCode, type FileSystem } from './file-system.ts'
import { isNamedAsEntry, isOwnEntry } from './own-entry.ts'
import { type FilePart, readFile } from './read-file.ts'

/** Some file systems list a file again when it is replaced meanwhile. So many names take some 10 MB. */
const MOST_REMEMBERED = 100_000
const ATTEMPTS = 5

/** The names of the files that may be entries, a few at a time. */
export function* entryNames(files: EntryFiles): Generator<string> {
  const folder = files.withStoreErrors('list', undefined, () => files.folder.find())
  if (folder === undefined) return
  const dir = files.withStoreErrors('list', undefined, () => {
    try {
      return files.options.fs.opendirSync(folder, { bufferSize: 256 })
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      files.folder.forget()
      return undefined
    }
  })
  if (dir === undefined) return
  const met = new Set<string>()
  try {
    for (;;) {
      const entry = files.withStoreErrors('list', undefined, () => dir.readSync())
      if (entry === null) return
      if (!isNamedAsEntry(entry.name) || met.has(entry.name)) continue
      if (met.size < MOST_REMEMBERED) met.add(entry.name)
      yield entry.name
    }
  } finally {
    dir.closeSync()
  }
}

/** Every entry of the namespace, whole. */
export function* listEntries(files: EntryFiles): Generator<Entry> {
  for (const name of entryNames(files)) {
    const entry = files.withStoreErrors('list', undefined, () => entryAt(files, name))
    if (entry !== undefined && isUnder(files, name, entry.hash)) yield entry
  }
}

/** Every entry of the namespace, without its payload. */
export function* listHeads(files: EntryFiles): Generator<ListedHead> {
  for (const name of entryNames(files)) {
    const head = files.withStoreErrors('list', undefined, () => headAt(files, name))
    if (head !== undefined && isUnder(files, name, head.hash)) yield head
  }
}

/** The head of the entry in the file of this name, if it is one of this namespace. */
export function headAt(files: EntryFiles, name: string): ListedHead | undefined {
  const { fs, integrity } = files.options
  const path = (files.folder.path ?? '') + name
  for (const part of ['start', 'all'] as const) {
    const file = readListed(fs, path, part)
    if (file === undefined) return undefined
    const found = file === 'odd' ? 'damaged' : decodeHead(file.buffer, file.length, file.size, integrity)
    if (found === undefined) continue
    if (typeof found !== 'string') return found.namespace === files.namespace ? found.head : undefined
    discardOwn(files, name, found)
    return undefined
  }
  return undefined
}

/** As `readFile`. On NFS a file that was replaced may seem to be gone: then the one in its place is read. */
function readListed(fs: FileSystem, path: string, part: FilePart): ReturnType<typeof readFile> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const file = readFile(fs, path, part)
    if (file !== undefined || !fs.existsSync(path)) return file
  }
  throw Object.assign(new Error(`ESTALE: ${path} is there, and cannot be read`), { code: 'ESTALE' })
}

function entryAt(files: EntryFiles, name: string): Entry | undefined {
  const found = files.decodeAt((files.folder.path ?? '') + name)
  if (typeof found !== 'string') return found
  discardOwn(files, name, found)
  return undefined
}

/** A file that a listing cannot read may be foreign: then it is left alone. */
function discardOwn(files: EntryFiles, name: string, why: Unreadable): void {
  const folder = files.folder.path ?? ''
  if (isOwnEntry(files.options, folder, name)) files.discard(folder + name, why)
}

/** Whether this file is where the hash's entry belongs: a copy under another name is no entry. */
function isUnder(files: EntryFiles, name: string, hash: string): boolean {
  const own = entryName(hash)
  if (isNamed(files, name, own)) return true
  const earlier = earlierEntryName(hash)
  if (earlier === undefined || !isNamed(files, name, earlier)) return false
  return !files.options.fs.existsSync(files.folder.path + own)
}

/** Whether a listed file has this name: one file has several where the file system folds case or forms of Unicode. */
function isNamed(files: EntryFiles, listed: string, name: string): boolean {
  if (listed === name) return true
  if (listed.normalize('NFC').toLowerCase() !== name.normalize('NFC').toLowerCase()) return false
  const { fs } = files.options
  const here = fs.lstatSync(files.folder.path + listed, { throwIfNoEntry: false })
  const there = fs.lstatSync(files.folder.path + name, { throwIfNoEntry: false })
  return here !== undefined && here.ino === there?.ino && here.dev === there.dev
}
