import type { Closure } from '../closure/closure.ts'
import type { PackageJson } from '../resolve/package-json.ts'
import type { Bundled } from './slice.ts'

/** What a bundle does not have, although the program may use it. */
export interface Unbundled {
  /** Files that count as a whole: nothing shows which parts of them are used. */
  readonly files: readonly string[]
  readonly packages: readonly PackageJson[]
}

/**
 * esbuild does not follow `new URL('…', import.meta.url)` and the function of `createRequire`, takes one file where conditions
 * or extensions allow several, and knows nothing of `also`.
 */
export function unbundled({ files, whole }: Closure, bundled: Bundled): Unbundled {
  const found = new Set(whole)
  const packages = new Set<PackageJson>()
  for (const [file, { imports }] of files) {
    const followed = bundled.get(file)
    if (followed === undefined) found.add(file)
    for (const [specifier, targets] of imports) {
      if (followed?.has(specifier)) continue
      for (const target of targets.files) found.add(target)
      for (const one of targets.packages) packages.add(one)
    }
  }
  return { files: [...found], packages: [...packages] }
}
