import { join } from 'node:path'
import type { Observer } from '../files/observer.ts'

/** What is installed, and what shall be. An image may have the first one only. */
const LOCKS = ['node_modules/.pnpm/lock.yaml', 'pnpm-lock.yaml']

/** `name@1.0.0: 5f1c…`, or `name@1.0.0:` with its digest below. */
const PATCHED = /^patchedDependencies:\s*\n((?: .*\n?)+)/m
const KEY = /^ {2}['"]?((?:@[^@/\s]+\/)?[^@/:'"\s]+)/gm
/** `name@file:folder:` */
const COPIED = /^ {2}['"]?((?:@[^@/\s]+\/)?[^@/:'"\s]+)@file:/gm

/** The names of the packages that pnpm has patched, or copied from a path of this machine, by the lock file at a folder. */
export function alteredInLock(folder: string, observer: Observer): readonly string[] {
  const path = LOCKS.map((name) => join(folder, name)).find((one) => observer.isFile(one))
  if (path === undefined) return []
  const lock = Buffer.from(observer.files.read(path)).toString()
  const patched = PATCHED.exec(lock)?.[1] ?? ''
  return [...patched.matchAll(KEY), ...lock.matchAll(COPIED)].map(([, name]) => name!)
}
