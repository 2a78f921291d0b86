import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packages } from '../../scripts/packages.mjs'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One Markdown file that users read. */
export interface Document {
  /** The path from the root, with `/`. */
  readonly path: string
  readonly text: string
}

/** The pages of the root and of .github/, all of docs/, and the README of every package. */
export function documents(): Document[] {
  const root = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  const files = [
    ...root.map((name) => join(ROOT, name)),
    ...markdownIn(join(ROOT, '.github')),
    ...markdownIn(join(ROOT, 'docs')),
    ...packages.map(({ folder }) => join(ROOT, 'packages', folder, 'README.md')),
  ]
  return files
    .filter((file) => existsSync(file))
    .map((file) => ({ path: relative(ROOT, file).replaceAll('\\', '/'), text: readFileSync(file, 'utf8') }))
}

function markdownIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name)
    if (one.isDirectory()) return ['node_modules', 'html'].includes(one.name) ? [] : markdownIn(path)
    return one.name.endsWith('.md') ? [path] : []
  })
}
