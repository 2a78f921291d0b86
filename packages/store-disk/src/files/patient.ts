import { errorCode, type FileSystem } from './file-system.ts'
import { pause } from './pause.ts'

const PASSING = new Set(['EPERM', 'EACCES', 'EBUSY'])
const FIRST_MS = 1
const ALL_MS = 1000

/**
 * On Windows a file that somebody else has open at this moment, often a virus scanner, cannot be renamed, removed or
 * opened; a little later it can. So these calls are made again, for a second in all.
 */
export function patient(fs: FileSystem, rest: (ms: number) => void = pause): FileSystem {
  const calls: Pick<FileSystem, 'renameSync' | 'unlinkSync' | 'openSync'> = {
    renameSync: (from, to) => again(() => fs.renameSync(from, to)),
    unlinkSync: (path) => again(() => fs.unlinkSync(path)),
    openSync: (path, flags, mode) => again(() => fs.openSync(path, flags, mode)),
  }
  return Object.assign(Object.create(fs) as FileSystem, calls)

  function again<T>(act: () => T): T {
    for (let ms = FIRST_MS, waited = 0; ; ms *= 2) {
      try {
        return act()
      } catch (error) {
        if (!PASSING.has(errorCode(error) ?? '') || waited >= ALL_MS) throw error
        const time = Math.min(ms, ALL_MS - waited)
        waited += time
        rest(time)
      }
    }
  }
}
