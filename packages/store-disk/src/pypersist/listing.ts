import { sep } from 'node:path'
import { errorCode } from '../files/file-system.ts'
import type { OpenFolder } from '../files/file-system-calls.ts'
import { isPlain } from '../folder/folder-name.ts'
import type { NamespaceFolder } from '../folder/namespace-folder.ts'
import { namespaceIn } from '../folder/namespace-in.ts'
import { namespacesBy } from '../folder/namespaces.ts'
import type { Root } from '../folder/root.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { HEAD, KEY, META, OUT } from './paths.ts'

const PARTS = [OUT, KEY, META, HEAD]
const MOST_REMEMBERED = 100_000

/** The hashes that have a file of this kind, each once. */
export function* hashesIn(options: ResolvedOptions, folder: NamespaceFolder, suffix = OUT): Generator<string> {
  const path = folder.find()
  if (path === undefined) return
  const met = new Set<string>()
  for (const name of namesIn(options, path)) {
    if (!name.endsWith(suffix) || met.has(name)) continue
    if (met.size < MOST_REMEMBERED) met.add(name)
    yield name.slice(0, -suffix.length)
  }
}

/** How many entries there are, and what all their files take. */
export function sizesIn(options: ResolvedOptions, folder: NamespaceFolder): { entries: number; bytes: number } {
  const stats = { entries: 0, bytes: 0 }
  const path = folder.find()
  if (path === undefined) return stats
  for (const name of namesIn(options, path)) {
    if (!PARTS.some((suffix) => name.endsWith(suffix))) continue
    const stat = options.fs.lstatSync(path + name, { throwIfNoEntry: false })
    if (!stat?.isFile()) continue
    if (name.endsWith(OUT)) stats.entries++
    stats.bytes += stat.size
  }
  return stats
}

/** The functions that have results. */
export function pypersistNamespaces(options: ResolvedOptions, root: Root): Generator<string> {
  return namespacesBy(options, root, (folder) => nameOf(options, folder))
}

/** A plain folder's name is the function's; else a head says it, which only we write. */
function nameOf(options: ResolvedOptions, folder: string): string | undefined {
  const path = options.layout.root + folder + sep
  for (const name of namesIn(options, path)) {
    if (!name.endsWith(OUT)) continue
    if (isPlain(folder)) return folder
    const found = namespaceIn(options, path + name.slice(0, -OUT.length) + HEAD, folder)
    if (found !== undefined) return found
  }
  return undefined
}

function* namesIn({ fs }: ResolvedOptions, path: string): Generator<string> {
  let dir: OpenFolder
  try {
    dir = fs.opendirSync(path, { bufferSize: 256 })
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  try {
    for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) yield entry.name
  } finally {
    dir.closeSync()
  }
}
