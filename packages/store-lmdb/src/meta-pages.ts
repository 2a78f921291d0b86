import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'

/** A page begins with its head; then comes what a meta page says. lmdb's mdb.c: MDB_page_header, MDB_meta. */
const MAGIC_AT = 24
const MAGIC = 0xbe_ef_c0_de
const VERSION_AT = 28
const VERSION = 2
const PAGE_SIZE_AT = 48
const LAST_PAGE_AT = 144
const COMMIT_AT = 152
const COMMIT_BYTES = 6
const LEAST_PAGE = 256
const HEAD_BYTES = 160

/**
 * How many bytes an open file has, by its meta pages, up to the last page that was ever in use. `foreign`: it is no LMDB
 * file. `short`: it ends before they do. `unknown`: this machine writes them otherwise.
 */
export function bytesBy(fd: number): number | 'foreign' | 'short' | 'unknown' {
  if (endianness() !== 'LE') return 'unknown'
  const first = headAt(fd, 0)
  if (!isMeta(first)) return 'foreign'
  const pageSize = first.readUInt32LE(PAGE_SIZE_AT)
  if (pageSize < LEAST_PAGE) return 'foreign'
  const second = headAt(fd, pageSize)
  if (!isMeta(second) || fstatSync(fd).size < 2 * pageSize) return 'short'
  const last = first.readBigUInt64LE(COMMIT_AT) > second.readBigUInt64LE(COMMIT_AT) ? first : second
  return (Number(last.readBigUInt64LE(LAST_PAGE_AT)) + 1) * pageSize
}

function headAt(fd: number, position: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  readSync(fd, head, 0, HEAD_BYTES, position)
  return head
}

function isMeta(head: Buffer): boolean {
  return head.readUInt32LE(MAGIC_AT) === MAGIC && head.readUInt32LE(VERSION_AT) === VERSION
}

/** The two meta pages of LMDB's file. Commits write them in turn: those of even numbers the first one. */
export class MetaPages {
  readonly #fd: number
  readonly #pageSize: number
  readonly #commit = Buffer.alloc(COMMIT_BYTES)

  private constructor(fd: number, pageSize: number) {
    this.#fd = fd
    this.#pageSize = pageSize
  }

  /** `undefined`: written by an LMDB that is not known here. */
  static of(dir: string): MetaPages | undefined {
    const fd = openSync(join(dir, 'data.mdb'), 'r')
    const head = headAt(fd, 0)
    if (endianness() === 'LE' && isMeta(head)) return new MetaPages(fd, head.readUInt32LE(PAGE_SIZE_AT))
    closeSync(fd)
    return undefined
  }

  /** The number of the last commit, if it is another one than that. */
  lastBut(commit: number): number | undefined {
    // The next commit would overwrite this one: it must be an older one.
    if (this.#commitOf((commit + 1) % 2) <= commit) return undefined
    return this.last()
  }

  /** The number of the last commit. */
  last(): number {
    return Math.max(this.#commitOf(0), this.#commitOf(1))
  }

  close(): void {
    closeSync(this.#fd)
  }

  #commitOf(page: number): number {
    readSync(this.#fd, this.#commit, 0, COMMIT_BYTES, page * this.#pageSize + COMMIT_AT)
    return this.#commit.readUIntLE(0, COMMIT_BYTES)
  }
}
