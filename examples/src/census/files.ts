import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** One file of the census: its path below the root, and the hash of its content. */
export interface SourceFile {
  readonly root: string
  readonly path: string
  readonly sha256: string
}

/** Every `.d.ts` file below the root, by path. Does not follow links, so each file counts once. */
export function declarationFiles(root: string): SourceFile[] {
  const found: SourceFile[] = []
  const visit = (folder: string) => {
    for (const child of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, child.name)
      if (child.isDirectory()) visit(path)
      else if (child.isFile() && child.name.endsWith('.d.ts')) found.push(describe(root, path))
    }
  }
  visit(resolve(root))
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function describe(root: string, path: string): SourceFile {
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  return { root, path: relative(resolve(root), path), sha256 }
}
