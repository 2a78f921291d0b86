import { dirname, join } from 'node:path'

/** The folders from this one up to the root. */
export function* foldersUp(folder: string): Generator<string> {
  for (;;) {
    yield folder
    const parent = dirname(folder)
    if (parent === folder) return
    folder = parent
  }
}

/** The first path of that name, from the folder up, that `exists` accepts. */
export function findUp(folder: string, name: string, exists: (path: string) => boolean): string | undefined {
  for (const each of foldersUp(folder)) if (exists(join(each, name))) return join(each, name)
  return undefined
}
