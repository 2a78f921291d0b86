import { sep } from 'node:path'
import { told } from '../failure.ts'
import { errorCode } from '../files/file-system.ts'
import { isOwnEntry } from '../files/own-entry.ts'
import type { Plan } from '../plan.ts'
import { existingName, isPlain } from './folder-name.ts'
import { WORK_FOLDER } from './layout.ts'
import { namespaceIn } from './namespace-in.ts'
import type { Root } from './root.ts'

/** The namespaces that have entries, by their folders; other people's folders are none. */
export function* namespacesIn(plan: Plan, root: Root): Generator<string> {
  const where = { store: plan.dir, operation: 'namespaces' }
  const folders = told(where, () => (root.check() ? foldersIn(plan) : []))
  for (const folder of folders) {
    const name = told(where, () => nameOf(plan, folder))
    if (name !== undefined && existingName(name, folders) === folder) yield name
  }
}

function foldersIn({ fs, dir }: Plan): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== WORK_FOLDER)
    .map((entry) => entry.name)
}

/** A plain folder's name says it; else any entry in it does, also a damaged one. */
function nameOf(plan: Plan, folder: string): string | undefined {
  const { fs, layout } = plan
  const path = layout.root + folder + sep
  const dir = opened(() => fs.opendirSync(path))
  if (dir === undefined) return undefined
  try {
    for (;;) {
      const entry = dir.readSync()
      if (entry === null) return undefined
      if (!isOwnEntry(plan, path, entry.name)) continue
      if (isPlain(folder)) return folder
      const found = namespaceIn(plan, path + entry.name, folder)
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
