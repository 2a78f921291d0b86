import type { Closure } from '../closure/closure.ts'
import { wiringOf } from '../closure/covered-file.ts'
import type { PackageLabels } from '../closure/package-versions.ts'
import type { Bundled } from './slice.ts'

/**
 * Where imports lead that a bundle does not show: all of a file that counts as a whole, and of a bundled file those that esbuild
 * does not follow, or only one way of several.
 */
export function leadsBeside(
  { files }: Closure,
  wholeFiles: ReadonlySet<string>,
  bundled: Bundled,
  labels: PackageLabels,
): string[] {
  const leads: string[] = []
  for (const [path, { part, imports }] of files) {
    const isWhole = wholeFiles.has(path)
    const followed = bundled.get(path)
    if (!isWhole && followed === undefined) continue
    for (const [specifier, lead] of imports) {
      const { files, packages } = lead
      const isInBundle = files.length === 1 && packages.length === 0 && files[0] === followed?.get(specifier)?.file
      if (isWhole || (files.length > 0 && !isInBundle))
        leads.push(`${part.name} ${specifier} ${wiringOf(lead, labels)}`)
    }
  }
  return leads.sort()
}
