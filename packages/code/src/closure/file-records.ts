import { isUtf8 } from 'node:buffer'
import { digestOf } from '../files/digest.ts'
import type { Observer } from '../files/observer.ts'
import { isRacy, isSame, type StampTuple, tupleOf } from '../files/stamps.ts'
import { type Imports, importsOf, isText, mayBeCode, NO_IMPORTS } from './specifiers.ts'
import { splitPartOf } from './split-parts.ts'

/** What is known of one file that had this stamp. */
export interface FileRecord extends Imports {
  /** `null` if the file had changed too recently for its stamp to be trusted: then only the content counts. */
  readonly tuple: StampTuple | null
  readonly digest: string
  /** The digest of the bytes, if they have line ends that the other digest leaves out. */
  readonly exact?: string | undefined
  /** What the file is in a bundle that was split. */
  readonly splitPart?: string | undefined
}

/** What the files of this process, and of the manifest, were when they were read. */
export type FileRecords = Map<string, FileRecord>
/** Finds what is known of a file. */
export type Known = Pick<FileRecords, 'get'>

/** A longer file has no string in every runtime, and no runtime runs it: its bytes count. */
const LONGEST_TEXT = 2 ** 28

/** A longer file is no code, unless its name says so. */
const LONGEST_UNNAMED = 2 ** 22

type Content = Omit<FileRecord, 'tuple'>
/** What is found in the source of a file. */
type Find = (path: string, source: string) => Omit<Content, 'digest' | 'exact'>

const all: Find = (path, source) => ({ ...importsOf(path, source), splitPart: splitPartOf(path, source) })
const nothing: Find = () => NO_IMPORTS

/** Reads a file, unless it is as a record has it. */
export function recordOf(path: string, observer: Observer, known: Known, fresh: FileRecords): FileRecord {
  return readAs(path, all, path, observer, known, fresh)
}

/** The digest of a file. Of the thousands of files in a package, finding their imports would take most of the time. */
export function digestOfFile(path: string, observer: Observer, known: Known, fresh: FileRecords): string {
  // No path begins with a space.
  return readAs(` ${path}`, nothing, path, observer, known, fresh).digest
}

function readAs(
  key: string,
  find: Find,
  path: string,
  observer: Observer,
  known: Known,
  fresh: FileRecords,
): FileRecord {
  const stamp = observer.stat(path)
  const record = known.get(key)
  if (stamp !== undefined && record?.tuple && isSame(record.tuple, stamp)) {
    fresh.set(key, record)
    return record
  }
  const isSource = isText(path) && (stamp?.size ?? 0) < LONGEST_TEXT
  const content = isSource
    ? textOf(path, observer.files.read(path), record, find)
    : contentOf(path, stamp?.size ?? 0, observer, find)
  const tuple = stamp === undefined || isRacy(tupleOf(stamp), observer.begin) ? null : tupleOf(stamp)
  const read = { ...content, tuple }
  fresh.set(key, read)
  return read
}

function contentOf(path: string, size: number, { files }: Observer, find: Find): Content {
  if (size > LONGEST_UNNAMED || !mayBeCode(path)) return { digest: files.digest(path), ...find(path, '') }
  const bytes = Buffer.from(files.read(path))
  return { digest: digestOf(bytes), ...find(path, bytes.includes(0) ? '' : bytes.toString()) }
}

function textOf(path: string, bytes: Uint8Array, known: FileRecord | undefined, find: Find): Content {
  const written = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  const source = written.replaceAll('\r\n', '\n')
  // Bytes that are no text all have the same letter in a string.
  const digest = digestOf(isUtf8(bytes) ? source : bytes)
  const exact = source.length === written.length ? undefined : digestOf(bytes)
  // The imports of the same content are the same.
  return known?.digest === digest ? { ...known, exact } : { digest, exact, ...find(path, source) }
}
