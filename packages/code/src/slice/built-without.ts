import { dirname, join } from 'node:path'
import type { BuildFailure } from 'esbuild'

const UNRESOLVED = /^Could not resolve "(.+)"$/

/**
 * What is absent stops no program that never imports it, and other runtimes have modules of their own, such as `bun:sqlite`. It is
 * left out only where it stops esbuild, which may find more than the closure has. So is what only other tools find, by
 * conditions or paths of their settings: then the closure has its files, which count as a whole.
 *
 * @param folder The one from which esbuild names files.
 */
export function builtWithout<T>(
  absent: readonly string[],
  folder: string,
  build: (without: readonly string[]) => T,
): T {
  try {
    return build([])
  } catch (error) {
    // A star would be a pattern.
    const names = [...absent, ...unresolved(error, folder)].filter((name) => name !== '' && !name.includes('*'))
    if (names.length === 0) throw error
    return build([...new Set(names)])
  }
}

function unresolved(error: unknown, folder: string): string[] {
  const errors = (error as Partial<BuildFailure>).errors ?? []
  return errors.flatMap(({ text, location }) => {
    const name = UNRESOLVED.exec(text)?.[1]
    if (name === undefined) return []
    return name.startsWith('.') ? join(folder, dirname(location?.file ?? ''), name) : name
  })
}
