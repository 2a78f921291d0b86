import { readFile } from '../files/read-file.ts'
import type { ResolvedOptions } from '../resolved-options.ts'
import { digestName, isPlain } from './folder-name.ts'

const NAMESPACE = /"namespace":("(?:[^"\\\n]|\\.)*")/g

/**
 * The namespace that an entry's file names, also where it is damaged, or sealed in another way: the folder's name is this
 * name, or has the digest of it, so no sum has to be right to believe it.
 */
export function namespaceIn({ fs }: ResolvedOptions, path: string, folder: string): string | undefined {
  const file = readFile(fs, path, 'start')
  if (file === undefined || file === 'odd') return undefined
  for (const [, json] of file.buffer.toString('utf8', 0, file.length).matchAll(NAMESPACE)) {
    const name = textIn(json!)
    if (name !== undefined && ((isPlain(name) && name === folder) || digestName(name) === folder)) return name
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
