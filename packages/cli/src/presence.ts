import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { afterScheme, nearest, type StoreAdapter } from '@persist/store'
import { CliError, EXIT } from './exit.ts'
import { oneLine } from './output.ts'

/** The file in the folder of every cache of a kind. */
const MARKS = { file: 'persist.json', lmdb: 'data.mdb' } as const
const LAYOUT = '?layout=pypersist'
const MOST_NEIGHBORS = 2000

/** A kind of cache that is a folder. */
export type FolderKind = keyof typeof MARKS

/**
 * Throws if a folder does not exist or is not a cache. A mistyped name would look like an empty cache.
 *
 * @param advice the end of the message if there is no cache with a similar name.
 */
export function refuseAbsent(kind: FolderKind, adapter: StoreAdapter, advice: string): void {
  const folder = resolve(kind === 'lmdb' ? afterScheme(adapter.name) : adapter.name.replace(LAYOUT, ''))
  if (!mayExist(folder)) throw new CliError(`there is no cache at ${oneLine(folder)}${hint(folder, advice)}`, EXIT.no)
  if (!statSync(folder).isDirectory() || holdsCache(kind, folder, adapter)) return
  throw new CliError(`the folder ${oneLine(folder)} holds no cache${hint(folder, advice)}`, EXIT.no)
}

/** Whether a folder contains a cache. */
export function isCacheFolder(folder: string): boolean {
  return Object.values(MARKS).some((mark) => existsSync(join(folder, mark)))
}

/** Whether the folder may exist. Throws if it cannot be accessed. */
function mayExist(folder: string): boolean {
  try {
    statSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw new CliError(`the cache ${oneLine(folder)} cannot be used: ${(error as Error).message}`, EXIT.store)
  }
}

/** Whether a folder is a cache. One that Python made, or that has lost its mark, is known by its entries. */
function holdsCache(kind: FolderKind, folder: string, adapter: StoreAdapter): boolean {
  if (existsSync(join(folder, MARKS[kind]))) return true
  if (kind === 'lmdb') return false
  for (const _ of adapter.namespaces!() as Iterable<string>) return true
  return existsSync(join(folder, '.persist'))
}

function hint(folder: string, advice: string): string {
  const meant = within(folder) ?? around(folder) ?? beside(folder)
  if (meant !== undefined) return `. Did you mean ${oneLine(meant)}?`
  return advice === '' ? '' : `. ${advice}`
}

/** The cache in a folder, or the folder as another kind of cache. */
function within(folder: string): string | undefined {
  for (const [kind, mark] of Object.entries(MARKS)) {
    if (existsSync(join(folder, mark))) return urlOf(kind as FolderKind, folder)
  }
  return cachesIn(folder)[0]
}

/** The cache around a folder: each function of a cache has its own folder. */
function around(folder: string): string | undefined {
  const parent = dirname(folder)
  if (parent === folder || !existsSync(join(parent, MARKS.file))) return undefined
  return `the function ${basename(folder)} in the cache ${urlOf('file', parent)}`
}

function beside(folder: string): string | undefined {
  const parent = dirname(folder)
  const caches = cachesIn(parent)
  const named = new Map(caches.map((url) => [basename(url), url]))
  const near = nearest(basename(folder), [...named.keys()])
  return near === undefined ? undefined : named.get(near)
}

function cachesIn(folder: string): string[] {
  let names: string[]
  try {
    const found = readdirSync(folder, { withFileTypes: true })
    names = found.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch {
    return []
  }
  return names.slice(0, MOST_NEIGHBORS).flatMap((name) =>
    Object.entries(MARKS)
      .filter(([, mark]) => existsSync(join(folder, name, mark)))
      .map(([kind]) => urlOf(kind as FolderKind, join(folder, name))),
  )
}

/** The URL or path as a person would write it. */
function urlOf(kind: FolderKind, folder: string): string {
  const path = relative(process.cwd(), folder)
  const short = path === '' ? '.' : path.startsWith('..') || path === folder ? folder : path
  return kind === 'file' ? short : `${kind}://${short}`
}
