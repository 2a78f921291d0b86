import { type Dirent, promises, readdirSync as readdirNow } from 'node:fs'
import { relative, sep } from 'node:path'
import { kindOf } from '../files/file-system.ts'
import { listingDigest } from '../files/listing.ts'
import { type PathLike, Read } from './record.ts'

/** What a listing contains. */
export interface ListingOptions {
  /** Also the folders below, with paths from this folder. Default: `false`. */
  readonly recursive?: boolean | undefined
}

/**
 * The names in a folder, as `readdir` of `node:fs/promises`, sorted. In a function with `trace: true` the listing becomes an
 * input of the result: names that come or go are noticed, and a file that becomes a folder; contents are not.
 *
 * @throws the error of `node:fs`.
 */
export async function readdir(path: PathLike, { recursive = false }: ListingOptions = {}): Promise<string[]> {
  const read = new Read(path)
  return read.until(async () => {
    try {
      return namesOf(read, await promises.readdir(read.path, { withFileTypes: true, recursive }), recursive)
    } catch (error) {
      throw read.failed(error)
    }
  })
}

/** The names in a folder, as `readdirSync` of `node:fs`, sorted. It is recorded as by {@link readdir}. */
export function readdirSync(path: PathLike, { recursive = false }: ListingOptions = {}): string[] {
  const read = new Read(path)
  try {
    return namesOf(read, readdirNow(read.path, { withFileTypes: true, recursive }), recursive)
  } catch (error) {
    throw read.failed(error)
  }
}

function namesOf(read: Read, entries: readonly Dirent[], recursive: boolean): string[] {
  const listed = entries.map((entry) => ({ name: nameIn(read.path, entry), kind: kindOf(entry) }))
  if (read.isTraced) read.saw(recursive ? 'tree' : 'list', listingDigest(listed))
  return listed.map(({ name }) => (sep === '/' ? name : name.split('/').join(sep))).sort()
}

/** The path of an entry from the folder that is listed, with `/`. */
function nameIn(folder: string, entry: Dirent): string {
  // Node 20.19 has `parentPath` already; its types may not.
  const below = relative(folder, entry.parentPath)
  return below === '' ? entry.name : `${below.split(sep).join('/')}/${entry.name}`
}
