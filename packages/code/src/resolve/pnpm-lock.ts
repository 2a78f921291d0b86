import { join } from 'node:path'
import type { FileSystem } from '../files/file-system.ts'
import type { Observer } from '../files/observer.ts'
import { isRacy, isSame, type StampTuple, tupleOf } from '../files/stamps.ts'

/** What a lock file of pnpm says of packages whose content is not that of their version. */
export interface PnpmLock {
  /** The names of packages that are copied from a path of this machine, or patched in an unknown way. */
  readonly copied: readonly string[]
  /** The digests of patches, by the name of the package. */
  readonly patches: readonly (readonly [name: string, digest: string])[]
}

/** What is installed, and what shall be. An image may have the first one only. */
const LOCKS = ['node_modules/.pnpm/lock.yaml', 'pnpm-lock.yaml']
const NONE: PnpmLock = { copied: [], patches: [] }

const NAME = String.raw`^ {2}['"]?((?:@[^@/\s]+\/)?[^@/:'"\s]+)`
const PATCHED = /^patchedDependencies:\s*\n((?: .*\n?)+)/m
/** `name@1.0.0: 5f1c…`; older versions of pnpm have the digest in the next line. */
const PATCH = new RegExp(String.raw`${NAME}['"]?(?:@[^:\n]*)?: *(?:\n {4}hash: *)?(\S+)?`, 'gm')
/** `name@file:folder:` */
const COPIED = new RegExp(`${NAME}@file:`, 'gm')
/** Before version 9, `file:folder:` with the name in a line below it. */
const COPIED_BEFORE = /^ {2}['"]?file:.*\n(?: {4}.*\n)*? {4}name: ['"]?([^'"\s]+)/gm

/** What this process has read: a lock file may have megabytes, and each module that calls `code` asks for it. */
const read = new WeakMap<FileSystem, Map<string, { readonly tuple: StampTuple; readonly lock: PnpmLock }>>()

export function pnpmLockAt(folder: string, observer: Observer): PnpmLock {
  const path = LOCKS.map((name) => join(folder, name)).find((one) => observer.isFile(one))
  if (path === undefined) return NONE
  const locks = read.get(observer.files) ?? new Map()
  read.set(observer.files, locks)
  const tuple = tupleOf(observer.stat(path)!)
  const known = locks.get(path)
  if (known !== undefined && isSame(known.tuple, observer.stat(path)!)) return known.lock
  const lock = parsed(Buffer.from(observer.files.read(path)).toString().replaceAll('\r\n', '\n'))
  if (!isRacy(tuple, observer.begin)) locks.set(path, { tuple, lock })
  return lock
}

function parsed(lock: string): PnpmLock {
  const patched = [...(PATCHED.exec(lock)?.[1] ?? '').matchAll(PATCH)]
  const unknown = patched.filter(([, , digest]) => digest === undefined)
  const copied = [...lock.matchAll(COPIED), ...lock.matchAll(COPIED_BEFORE), ...unknown]
  return {
    copied: copied.map(([, name]) => name!),
    patches: patched.flatMap(([, name, digest]) => (digest === undefined ? [] : [[name!, digest] as const])),
  }
}
