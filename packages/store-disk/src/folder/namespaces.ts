import { sep } from 'node:path'
import { told } from '../failure.ts'
import { errorCode } from '../files/file-system.ts'
import { isOwnEntry } from '../files/own-entry.ts'
import { readFile } from '../files/read-file.ts'
import type { Plan } from '../plan.ts'
import { digestName, existingName, isPlain } from './folder-name.ts'
import { WORK_FOLDER } from './layout.ts'
import type { Root } from './root.ts'

/** The namespaces that have entries, by their folders; other people's folders are none. */
export function* namespacesIn(plan: Plan, root: Root): Generator<string> {
  const where = { store: plan.dir, operation: 'namespaces' }
  const folders = told(where, () => (root.check() ? foldersIn(plan) : []))
  for (const folder of folders) {
    const name = told(where, () => namespaceIn(plan, folder))
    if (name !== undefined && existingName(name, folders) === folder) yield name
  }
}

function foldersIn({ fs, dir }: Plan): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== WORK_FOLDER)
    .map((entry) => entry.name)
}

/** A plain folder's name says it; else any entry in it does, also one that is damaged or sealed in another way. */
function namespaceIn(plan: Plan, folder: string): string | undefined {
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
      const file = readFile(fs, path + entry.name, 'start')
      if (file === undefined || file === 'odd') continue
      const found = namespaceNamed(file.buffer.toString('utf8', 0, file.length), folder)
      if (found !== undefined) return found
    }
  } finally {
    dir.closeSync()
  }
}

const NAMESPACE = /"namespace":("(?:[^"\\\n]|\\.)*")/g

/** The namespace in an entry's first bytes. The folder's name has its digest: no sum has to be right to believe it. */
function namespaceNamed(text: string, folder: string): string | undefined {
  for (const [, json] of text.matchAll(NAMESPACE)) {
    const name = textIn(json!)
    if (name !== undefined && digestName(name) === folder) return name
  }
  return undefined
}

function textIn(json: string): string | undefined {
  try {
    return JSON.parse(json) as string
  } catch {
    return undefined
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
