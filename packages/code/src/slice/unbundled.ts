import type { DependencyPart } from '@persist/core'
import type { Closure } from '../closure/closure.ts'
import type { Bundled, UsedPackage } from './slice.ts'

/** What a bundle does not have, although the program may use it. */
export interface Unbundled {
  /** Files that count as a whole: nothing shows which parts of them are used. */
  readonly files: readonly string[]
  readonly packages: readonly UsedPackage[]
  /** What could not be followed. */
  readonly notes: readonly DependencyPart[]
}

/**
 * esbuild does not follow `new URL('…', import.meta.url)` and the function of `createRequire`, takes one file where conditions
 * or extensions allow several, and knows nothing of `also`. What a whole file imports counts as a whole, too.
 *
 * @param roots The bundled file, and the one that called `code`.
 * @param unseen Which imports of a bundled file it may use in ways that esbuild does not see.
 */
export function unbundled(
  closure: Closure,
  roots: readonly [string, ...string[]],
  bundled: Bundled,
  unseen: (file: string) => 'all' | ReadonlySet<string>,
): Unbundled {
  const [root, ...callers] = roots
  // A file that imports the root is no bundle of it.
  const bundles = callers.filter((caller) => !reached(closure, [caller]).has(root))
  const found = new Set([...bundles, ...closure.further])
  const packages: UsedPackage[] = []
  const notes: DependencyPart[] = []
  for (const file of reached(closure, [root, ...found])) {
    const covered = closure.files.get(file)!
    notes.push(...covered.notes)
    const followed = bundled.get(file)
    const hidden = followed === undefined ? 'all' : unseen(file)
    if (hidden === 'all') found.add(file)
    for (const [specifier, targets] of covered.imports) {
      const one = hidden === 'all' || hidden.has(specifier) ? undefined : followed?.get(specifier)
      for (const target of targets.files) if (target !== one?.file) found.add(target)
      if (one === undefined || one.file !== undefined)
        for (const each of targets.packages) packages.push({ file, specifier, found: each })
    }
  }
  const files = reached(closure, found)
  for (const file of files) {
    for (const [specifier, targets] of closure.files.get(file)!.imports)
      for (const found of targets.packages) packages.push({ file, specifier, found })
  }
  return { files: [...files], packages, notes: [...notes, ...closure.lock] }
}

/** The files that some files import, transitively, with themselves. */
export function reached({ files }: Closure, from: Iterable<string>): ReadonlySet<string> {
  const found = new Set(from)
  // The set grows during the loop.
  for (const file of found)
    for (const targets of files.get(file)!.imports.values()) for (const one of targets.files) found.add(one)
  return found
}
