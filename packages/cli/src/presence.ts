import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { afterScheme, nearest, type StoreAdapter } from '@persist/store'
import { EXIT, Refusal } from './exit.ts'
import { oneLine } from './output.ts'

/** What lies in the folder of every cache of a kind. */
const MARKS = { file: 'persist.json', lmdb: 'data.mdb' } as const
const LAYOUT = '?layout=pypersist'
const MOST_NEIGHBORS = 2000

/** The kinds of caches that are folders. */
type FolderKind = keyof typeof MARKS

/**
 * Refuses a folder that does not exist, or that is no cache: a mistyped name would look like an empty cache.
 *
 * @param advice ends the message where no cache with a similar name is near.
 */
export function refuseAbsent(adapter: StoreAdapter, advice: string): void {
  if (adapter.mode === 'async' || adapter.exists === undefined) return
  const folder = resolve(afterScheme(adapter.name).replace(LAYOUT, ''))
  if (!mayExist(folder)) throw new Refusal(`there is no cache at ${oneLine(folder)}${hint(folder, advice)}`, EXIT.no)
  if (!statSync(folder).isDirectory() || adapter.exists()) return
  throw new Refusal(`the folder ${oneLine(folder)} holds no cache${hint(folder, advice)}`, EXIT.no)
}

/** Whether a text names a folder with a cache. */
export function isCacheFolder(folder: string): boolean {
  return Object.values(MARKS).some((mark) => existsSync(join(folder, mark)))
}

/** What keeps us from looking is left to the store, which says it better. */
function mayExist(folder: string): boolean {
  try {
    statSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw new Refusal(`the cache ${oneLine(folder)} cannot be used: ${(error as Error).message}`, EXIT.store)
  }
}

function hint(folder: string, advice: string): string {
  const meant = within(folder) ?? around(folder) ?? beside(folder)
  if (meant !== undefined) return `. Did you mean ${oneLine(meant)}?`
  return advice === '' ? '' : `. ${advice}`
}

/** The cache in it, or it itself as another kind of cache. */
function within(folder: string): string | undefined {
  for (const [kind, mark] of Object.entries(MARKS)) {
    if (existsSync(join(folder, mark))) return urlOf(kind as FolderKind, folder)
  }
  return cachesIn(folder)[0]
}

/** A function of a cache has a folder of its own in it. */
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

/** As a person would write it. */
function urlOf(kind: FolderKind, folder: string): string {
  const path = relative(process.cwd(), folder)
  const short = path === '' ? '.' : path.startsWith('..') || path === folder ? folder : path
  return kind === 'file' ? short : `${kind}://${short}`
}
