import { sep } from 'node:path'
import { TextDecoder } from 'node:util'
import { errorCode } from '../files/file-system.ts'
import type { OpenFolder } from '../files/file-system-calls.ts'
import { readFile } from '../files/read-file.ts'
import { isPlain } from '../folder/folder-name.ts'
import type { NamespaceFolder } from '../folder/namespace-folder.ts'
import { namespaceIn } from '../folder/namespace-in.ts'
import { namespacesBy } from '../folder/namespaces.ts'
import type { Root } from '../folder/root.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { HEAD, KEY, LOCK, META, OUT } from './paths.ts'

const PARTS = [OUT, KEY, META, HEAD]
const FILES = [...PARTS, LOCK]
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

/**
 * The function whose results a folder holds. A head says it, which only we write. Without one the folder may be Python's, and
 * its name is the function's; or it belongs to a compiler, whose files end in `.out` as well. pypersist writes only text, and
 * its `clear` deletes every file: so a folder with anything else is not its own. Hidden files are those of file managers.
 */
function nameOf(options: ResolvedOptions, folder: string): string | undefined {
  const path = options.layout.root + folder + sep
  let hasText = false
  let hasOthers = false
  for (const name of namesIn(options, path)) {
    if (name.endsWith(HEAD)) {
      const found = namespaceIn(options, path + name, folder)
      if (found !== undefined) return found
    }
    if (!name.startsWith('.') && !FILES.some((suffix) => name.endsWith(suffix))) hasOthers = true
    if (!hasText && !hasOthers && name.endsWith(OUT)) hasText = isText(options, path + name)
  }
  return isPlain(folder) && hasText && !hasOthers ? folder : undefined
}
/** Whether a file begins as text, as Python's results do, and compiled programs do not. */
function isText({ fs }: ResolvedOptions, path: string): boolean {
  const file = readFile(fs, path, 'start')
  if (file === undefined || file === 'odd') return false
  try {
    // Streaming: the last character of the part that was read may be cut off.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(file.buffer.subarray(0, file.length), {
      stream: true,
    })
    return !text.includes('\0')
  } catch {
    return false
  }
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
