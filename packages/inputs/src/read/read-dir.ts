import { promises } from 'node:fs'
import { sep } from 'node:path'
import { kindOf, type Listed } from '../files/file-system.ts'
import { listingDigest } from '../files/listing.ts'
import { namesBelow } from '../kinds/tree.ts'
import { files } from '../tracing.ts'
import { type PathLike, Read } from './record.ts'

/** What a listing contains. */
export interface ListingOptions {
  /** Also the folders below, with paths from this folder. Links are listed, and not followed. Default: `false`. */
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
      return namesOf(read, await listed(read.path, recursive), recursive)
    } catch (error) {
      throw read.failed(error)
    }
  })
}

/** The names in a folder, as `readdirSync` of `node:fs`, sorted. It is recorded as by {@link readdir}. */
export function readdirSync(path: PathLike, { recursive = false }: ListingOptions = {}): string[] {
  const read = new Read(path)
  try {
    return namesOf(read, recursive ? [...namesBelow(files, read.path)] : files.list(read.path), recursive)
  } catch (error) {
    throw read.failed(error)
  }
}

function namesOf(read: Read, listed: readonly Listed[], recursive: boolean): string[] {
  if (read.isTraced) read.saw(recursive ? 'tree' : 'list', listingDigest(listed))
  return listed.map(({ name }) => (sep === '/' ? name : name.split('/').join(sep))).sort()
}

/** As {@link namesBelow}. Not by `recursive` of `node:fs`: runtimes differ in whether it follows links. */
async function listed(folder: string, recursive: boolean, before = ''): Promise<Listed[]> {
  const names: Listed[] = []
  for (const entry of await promises.readdir(folder, { withFileTypes: true })) {
    const name = `${before}${entry.name}`
    names.push({ name, kind: kindOf(entry) })
    if (recursive && entry.isDirectory()) names.push(...(await listed(`${folder}/${entry.name}`, true, `${name}/`)))
  }
  return names
}
