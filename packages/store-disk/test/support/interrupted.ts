import fs from 'node:fs'
import type { FileSystem } from '@persist/store-disk'

/** The real file system, with something done before each call. */
export function before(act: () => void): FileSystem {
  return new Proxy(fs, {
    get(target, name: keyof FileSystem) {
      const real = target[name] as (...args: unknown[]) => unknown
      if (!name.endsWith('Sync')) return real
      return (...args: unknown[]) => {
        act()
        return real(...args)
      }
    },
  })
}

/**
 * Runs something once for each call of the file system that it makes, with something else done just before that call. Returns
 * how many calls there are.
 */
export function atEveryCall(
  run: (fileSystem: FileSystem, interrupt: (act: () => void) => void, nth: number) => void,
): number {
  for (let nth = 1; ; nth++) {
    let calls = 0
    let isArmed = false
    let act: () => void = () => {}
    run(
      before(() => {
        if (isArmed && ++calls === nth) act()
      }),
      (interruption) => {
        isArmed = true
        act = interruption
      },
      nth,
    )
    if (calls < nth) return nth - 1
    if (nth > 500) throw new Error('it does not end')
  }
}
