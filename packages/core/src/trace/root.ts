import { currentFolder, dirname, existsSync, join } from '@persist/platform'

/** The folder to which traced paths are relative by default: the nearest one with a package.json, else the working directory. */
export function defaultRoot(): string {
  const start = currentFolder()
  for (let folder = start; ; ) {
    if (existsSync(join(folder, 'package.json'))) return folder
    const parent = dirname(folder)
    if (parent === folder) return start
    folder = parent
  }
}
