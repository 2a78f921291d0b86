import { TextDecoder } from 'node:util'
import type { Entry, ListedHead } from '@persist/store'
import { readFile } from '../files/read-file.ts'
import type { FileMark } from '../files/removal.ts'
import { decodeEntry, decodeHead } from '../format/entry-codec.ts'
import { crcIntegrity } from '../format/integrity.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import type { Paths } from './paths.ts'

/** What was found for a hash. */
export type Seen =
  | { readonly kind: 'absent' }
  /** We wrote it, and it is whole. */
  | { readonly kind: 'sound'; readonly entry: Entry }
  /** We did not write it, or not like this: `at` distinguishes it from what may be there later. */
  | { readonly kind: 'foreign'; readonly entry: Entry; readonly at: FileMark }
  | { readonly kind: 'damaged'; readonly at: FileMark | undefined }
  /** Not sealed as our own are: it is not served, and is no damage. */
  | { readonly kind: 'unsealed' }

const ABSENT: Seen = { kind: 'absent' }
/** The times of two files that were written as one are set equal, to what a file system can keep. */
const SAME_TIME_MS = 0.01
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the files of one entry, without a look at its lock. */
export function look(options: ResolvedOptions, namespace: string, hash: string, paths: Paths): Seen {
  const head = bytesAt(options, paths.head)
  if (head !== undefined) {
    const found = together(options, head, readFile(options.fs, paths.out))
    if (typeof found === 'object') {
      return found.namespace === namespace && found.entry.hash === hash ? { kind: 'sound', entry: found.entry } : ABSENT
    }
    if (found === 'signature') return { kind: 'unsealed' }
  }
  return lookAgain(options, hash, paths, head !== undefined)
}

/** The entry that the two files make; undefined: there are not two. */
function together({ integrity }: ResolvedOptions, head: Buffer, out: ReturnType<typeof readFile>) {
  if (out === undefined || out === 'odd') return undefined
  const whole = Buffer.concat([head, out.buffer.subarray(0, out.length)])
  return decodeEntry(whole, whole.length, integrity)
}

/** The files are not as we wrote them: has another program written them, or are they damaged? */
function lookAgain(options: ResolvedOptions, hash: string, paths: Paths, hasHead: boolean): Seen {
  const { fs } = options
  const at = fs.lstatSync(paths.out, { throwIfNoEntry: false })
  const out = at && readFile(fs, paths.out)
  if (out === undefined) return ABSENT
  if (out === 'odd') return { kind: 'damaged', at }
  const payload = textOf(out.buffer.subarray(0, out.length))
  // A program that wrote another result did that later. Else its bytes have changed, or we died between two renames.
  const ours = hasHead ? fs.lstatSync(paths.head, { throwIfNoEntry: false }) : undefined
  if (ours !== undefined && at!.mtimeMs < ours.mtimeMs + SAME_TIME_MS) return { kind: 'damaged', at }
  // With a secret only an entry with its signature is believed.
  if (options.integrity !== crcIntegrity) return { kind: 'unsealed' }
  if (payload === undefined) return { kind: 'damaged', at }
  const key = textOf(bytesAt(options, paths.key))
  const metadata = textOf(bytesAt(options, paths.meta))
  const entry = {
    hash,
    payload,
    createdAt: Math.floor(at!.mtimeMs),
    ...(key !== undefined && { key }),
    ...(metadata !== undefined && { metadata }),
  }
  return { kind: 'foreign', entry, at: at! }
}

/** The head of an entry that we wrote and no other program has touched, without a look at its payload. */
export function peekHead(
  options: ResolvedOptions,
  namespace: string,
  hash: string,
  paths: Paths,
): ListedHead | undefined {
  const head = bytesAt(options, paths.head)
  const at = options.fs.lstatSync(paths.out, { throwIfNoEntry: false })
  const ours = options.fs.lstatSync(paths.head, { throwIfNoEntry: false })
  if (head === undefined || at === undefined || ours === undefined || !isSameTime(ours, at)) return undefined
  const found = decodeHead(head, head.length, head.length + at.size, options.integrity)
  if (typeof found !== 'object' || found.namespace !== namespace || found.head.hash !== hash) return undefined
  return found.head
}

/** Bytes that stay when the next file is read. */
function bytesAt(options: ResolvedOptions, path: string): Buffer | undefined {
  const file = readFile(options.fs, path)
  return file === undefined || file === 'odd' ? undefined : Buffer.from(file.buffer.subarray(0, file.length))
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  try {
    return bytes && strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

function isSameTime(one: Pick<FileMark, 'mtimeMs'>, other: Pick<FileMark, 'mtimeMs'>): boolean {
  return Math.abs(one.mtimeMs - other.mtimeMs) < SAME_TIME_MS
}
