import { sep } from 'node:path'
import { withStoreErrors } from '../errors.ts'
import { errorCode } from '../files/file-system.ts'
import { isOwnEntry } from '../files/own-entry.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { existingName, isPlain } from './folder-name.ts'
import { WORK_FOLDER } from './layout.ts'
import { namespaceIn } from './namespace-in.ts'
import type { Root } from './root.ts'

/** The namespaces that have entries, by their folders; other people's folders are none. */
export function namespacesIn(options: ResolvedOptions, root: Root): Generator<string> {
  return namespacesBy(options, root, (folder) => nameOf(options, folder))
}

/** The namespaces of the folders for which `nameOf` gives a name. */
export function* namespacesBy(
  options: ResolvedOptions,
  root: Root,
  nameOf: (folder: string) => string | undefined,
): Generator<string> {
  const operation = { store: options.dir, operation: 'namespaces' }
  const folders = withStoreErrors(operation, () => (root.check() ? foldersIn(options) : []))
  for (const folder of folders) {
    const name = withStoreErrors(operation, () => nameOf(folder))
    if (name !== undefined && existingName(name, folders) === folder) yield name
  }
}

function foldersIn({ fs, dir }: ResolvedOptions): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== WORK_FOLDER)
    .map((entry) => entry.name)
}

/** A plain folder's name says it; else any entry in it does, also a damaged one. */
function nameOf(options: ResolvedOptions, folder: string): string | undefined {
  const { fs, layout } = options
  const path = layout.root + folder + sep
  const dir = opened(() => fs.opendirSync(path))
  if (dir === undefined) return undefined
  try {
    for (;;) {
      const entry = dir.readSync()
      if (entry === null) return undefined
      if (!isOwnEntry(options, path, entry.name)) continue
      if (isPlain(folder)) return folder
      const found = namespaceIn(options, path + entry.name, folder)
      if (found !== undefined) return found
    }
  } finally {
    dir.closeSync()
  }
}

function opened<T>(open: () => T): T | undefined {
  try {
    return open()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
