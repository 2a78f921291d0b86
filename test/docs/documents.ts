import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One Markdown file that users read. */
export interface Document {
  /** From the root, with `/`. */
  readonly path: string
  readonly text: string
}

/** README.md, CONTRIBUTING.md, all of docs/, and the README of every package. */
export function documents(): Document[] {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name, 'README.md'))
  const files = [join(ROOT, 'README.md'), join(ROOT, 'CONTRIBUTING.md'), ...markdownIn(join(ROOT, 'docs')), ...packages]
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
