import type { SourceFiles } from './source-files.ts'
import { folderOf } from './specifiers.ts'

/** Names of folders that bundlers write to, as `dist` and `.next`. */
const OUTPUT = /^(dist|build|out|output|bundles?|public|target|\..+)$/

/**
 * The folder of the package or program that a file is in. The package.json of a build has little more than a `type`. A package
 * may have several programs, each with an output of its own, as `services/users/dist/main.js`.
 */
export function programOf(file: string, files: SourceFiles): string {
  let root = folderOf(file)
  while (root !== '' && !/"(name|private|scripts|dependencies)"\s*:/.test(files.read(`${root}package.json`) ?? ''))
    root = folderOf(root.slice(0, -1))
  const folders = folderOf(file).slice(root.length).split('/')
  const output = folders.findIndex((folder) => OUTPUT.test(folder))
  const above = folders.slice(0, Math.max(output, 0))
  return root + above.map((folder) => `${folder}/`).join('')
}
