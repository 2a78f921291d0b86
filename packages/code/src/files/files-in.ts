import { join } from 'node:path'
import type { Observer } from './observer.ts'

/**
 * The paths of all files in a folder, from that folder. Links are followed, but none that leads back to a folder that it is
 * in: two of those would double the paths at each level.
 */
export function filesIn(folder: string, observer: Observer, isSkipped: (name: string) => boolean): string[] {
  const found: string[] = []

  function walk(path: string, above: readonly string[]): void {
    const real = observer.files.realpath(join(folder, path))
    if (above.includes(real)) return
    const within = [...above, real]
    for (const name of observer.list(join(folder, path))) {
      if (isSkipped(name)) continue
      const each = join(path, name)
      if (observer.isDirectory(join(folder, each))) walk(each, within)
      else if (observer.isFile(join(folder, each))) found.push(each)
    }
  }

  walk('', [])
  return found
}
