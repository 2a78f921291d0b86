import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { afterScheme, nearest, type StoreAdapter } from '@persist/store'
import { CliError, EXIT } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'

/** A file in the folder of every cache, by kind. */
const MARKER_FILES = { file: 'persist.json', lmdb: 'data.mdb' } as const
const LAYOUT = '?layout=pypersist'
const MAX_NEIGHBORS = 2000

/** The kinds of cache that are folders. */
type FolderKind = keyof typeof MARKER_FILES

/**
 * Throws if a folder does not exist or is not a cache: a mistyped name would look like an empty cache.
 *
 * @param advice added to the message if no cache with a similar name is found.
 */
export function requireCache(adapter: StoreAdapter, advice: string): void {
  if (adapter.mode === 'async' || adapter.exists === undefined) return
  const folder = resolve(afterScheme(adapter.name).replace(LAYOUT, ''))
  if (!mayExist(folder)) throw new CliError(`there is no cache at ${oneLine(folder)}${hint(folder, advice)}`, EXIT.no)
  if (!statSync(folder).isDirectory() || adapter.exists()) return
  throw new CliError(`the folder ${oneLine(folder)} holds no cache${hint(folder, advice)}`, EXIT.no)
}

/** Whether a path names a folder with a cache. */
export function isCacheFolder(folder: string): boolean {
  return Object.values(MARKER_FILES).some((mark) => existsSync(join(folder, mark)))
}

/** Whether the folder is there. A folder that cannot be read is an error. */
function mayExist(folder: string): boolean {
  try {
    statSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw new CliError(`the cache ${oneLine(folder)} cannot be used: ${(error as Error).message}`, EXIT.store)
  }
}

function hint(folder: string, advice: string): string {
  const meant = cacheInside(folder) ?? cacheAround(folder) ?? cacheBeside(folder)
  if (meant !== undefined) return `. Did you mean ${oneLine(meant)}?`
  return advice === '' ? '' : `. ${advice}`
}

/** A cache in the folder, or the folder itself as a cache of another kind. */
function cacheInside(folder: string): string | undefined {
  for (const [kind, mark] of Object.entries(MARKER_FILES)) {
    if (existsSync(join(folder, mark))) return urlOf(kind as FolderKind, folder)
  }
  return cachesIn(folder)[0]
}

/** The function of a cache whose folder this is. */
function cacheAround(folder: string): string | undefined {
  const parent = dirname(folder)
  if (parent === folder || !existsSync(join(parent, MARKER_FILES.file))) return undefined
  return `the function ${basename(folder)} in the cache ${urlOf('file', parent)}`
}

function cacheBeside(folder: string): string | undefined {
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
  return names.slice(0, MAX_NEIGHBORS).flatMap((name) =>
    Object.entries(MARKER_FILES)
      .filter(([, mark]) => existsSync(join(folder, name, mark)))
      .map(([kind]) => urlOf(kind as FolderKind, join(folder, name))),
  )
}

/** The shortest URL for a user to type. */
function urlOf(kind: FolderKind, folder: string): string {
  const path = relative(process.cwd(), folder)
  const short = path === '' ? '.' : path.startsWith('..') || path === folder ? folder : path
  return kind === 'file' ? short : `${kind}://${short}`
}
