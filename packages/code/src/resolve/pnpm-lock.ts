import { join } from 'node:path'
import type { Observer } from '../files/observer.ts'

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

export function pnpmLockAt(folder: string, observer: Observer): PnpmLock {
  const path = LOCKS.map((name) => join(folder, name)).find((one) => observer.isFile(one))
  if (path === undefined) return NONE
  const lock = Buffer.from(observer.files.read(path)).toString()
  const patched = [...(PATCHED.exec(lock)?.[1] ?? '').matchAll(PATCH)]
  return {
    copied: [...lock.matchAll(COPIED), ...patched.filter(([, , digest]) => digest === undefined)].map(
      ([, name]) => name!,
    ),
    patches: patched.flatMap(([, name, digest]) => (digest === undefined ? [] : [[name!, digest] as const])),
  }
}
