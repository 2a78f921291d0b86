import { join } from 'node:path'
import type { Dependency } from '@persist/core'
import { OptionError } from '@persist/errors'
import { callingFile } from './call-site.ts'
import { IMPORTS_PART } from './closure/closure.ts'
import type { FileRecords } from './closure/file-records.ts'
import { PackageLabels, packageParts } from './closure/package-versions.ts'
import { stateOf } from './closure/state.ts'
import { digestOf } from './files/digest.ts'
import { realFileSystem } from './files/file-system.ts'
import { Observer } from './files/observer.ts'
import { unreadable } from './files/unreadable.ts'
import { findPackage } from './resolve/find-package.ts'
import { PackageJsons } from './resolve/package-json.ts'
import { processSettings } from './resolve/process-settings.ts'
import { toCall } from './to-call.ts'

/**
 * Results depend on the versions of installed packages, and of all packages that these need. For functions without
 * {@link code}, which covers all packages that it imports. A package that is linked, or that no registry has, counts by
 * content; of a linked one hidden files do not count. Packages are found from the file that calls `packages`.
 *
 * @throws OptionError, when the function is wrapped, for a package that is not installed.
 *
 * @example
 * ```ts
 * const solve = persist((x: number) => 2 * x, { funcname: 'solve', dependsOn: [packages('zod')] })
 * solve.dependencies().some(({ name }) => name.startsWith('zod@'))   // true
 * ```
 */
export function packages(...names: readonly [string, ...string[]]): Dependency {
  for (const name of names as readonly unknown[]) {
    if (typeof name !== 'string' || name === '') throw refusal('packages takes names of packages')
  }
  if (names.length === 0) throw refusal('packages takes at least one name of a package')
  const from =
    callingFile(packages, (path) => realFileSystem.stat(path)?.isFile() === true, 'named') ??
    join(process.cwd(), 'index.js')
  return {
    name: `packages(${names.join(', ')})`,
    read: () => {
      const observer = new Observer(realFileSystem)
      const manifests = new PackageJsons(observer)
      const found = names.map((name) => {
        const one = findPackage(name, realFileSystem.realpath(from), observer, manifests)
        if (one === undefined) throw refusal(`packages: ${name} is not installed for ${from}`)
        return one
      })
      const reading = {
        files: [realFileSystem.realpath(from)],
        observer,
        packages: manifests,
        known: new Map() as FileRecords,
        fresh: new Map() as FileRecords,
        conditions: processSettings().conditions,
      }
      try {
        const { parts, wiring } = packageParts(found, 'version', new PackageLabels(), reading)
        return stateOf([...parts, { name: IMPORTS_PART, digest: digestOf(wiring.join('\n')) }])
      } catch (error) {
        throw unreadable(error, 'packages')
      }
    },
  }
}

toCall(packages, "packages('mathjs')")

function refusal(message: string): OptionError {
  return new OptionError(message, { option: 'dependsOn' })
}
