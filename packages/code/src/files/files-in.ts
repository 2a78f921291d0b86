import { join } from 'node:path'
import { OptionError } from '@persist/errors'
import type { Observer } from './observer.ts'

/** Which files of a folder are found. */
export interface Choice {
  /** Names of files and folders that are not looked at. */
  readonly isSkipped: (name: string) => boolean
  /** Which paths of a folder with several count, because of links. `'each'` doubles the paths at each level with two links. */
  readonly paths: 'first' | 'each'
  /** Whether a file, or files in a folder, of that path count. */
  readonly mayCount?: ((path: string) => boolean) | undefined
  /** After how many names the search ends. Default: never. */
  readonly most?: number | undefined
}

/** The paths of files and folders, from the folder in which they were found. */
export interface FilesIn {
  readonly files: string[]
  /** Links to folders that were found before, with the first path of each. */
  readonly again: (readonly [path: string, first: string])[]
  /** Whether the search ended early. */
  readonly isCut: boolean
}

/**
 * All files in a folder. Links are followed, but none that leads back to a folder that it is in.
 *
 * @throws OptionError for a name that is no UTF-8, which may count: no string leads there.
 */
export function filesIn(
  folder: string,
  observer: Observer,
  { isSkipped, paths, mayCount, most = Number.POSITIVE_INFINITY }: Choice,
): FilesIn {
  const [files, again]: [string[], [string, string][]] = [[], []]
  const known = new Map<string, string>()
  let names = 0

  function walk(path: string): void {
    const real = observer.files.realpath(join(folder, path))
    const first = known.get(real)
    if (first !== undefined) return void again.push([path, first])
    known.set(real, path)
    for (const name of [...observer.list(join(folder, path))].sort()) {
      if (isSkipped(name)) continue
      if (++names > most) return
      const each = join(path, name)
      const whole = join(folder, each)
      if (observer.isDirectory(whole)) walk(each)
      else if (observer.isFile(whole)) files.push(each)
      else if (name.includes('\u{FFFD}') && observer.lstat(whole) === undefined && mayCount?.(each) !== false) {
        throw new OptionError(`code: the name of ${whole} is no UTF-8`, { option: 'dependsOn' })
      }
    }
    if (paths === 'each') known.delete(real)
  }

  walk('')
  return { files, again, isCut: names > most }
}
