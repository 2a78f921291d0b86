import { basename } from 'node:path'
import type { Dependency } from '@persist/core'
import { OptionError } from '@persist/errors'
import { callingFile } from './call-site.ts'
import { isLoad, withoutLoad } from './closure/names.ts'
import type { PackageMode } from './closure/package-versions.ts'
import { CodeReader } from './code-reader.ts'
import { realFileSystem } from './files/file-system.ts'
import { manifestFolderFor, NO_MANIFESTS } from './manifest/manifest-folder.ts'
import { fileOf, type ModulePlace } from './place.ts'
import { processSettings } from './resolve/process-settings.ts'
import { toCall } from './to-call.ts'

/** The options of {@link code}. */
export interface CodeOptions {
  /**
   * The names of exports of the module: only what these reach counts, without comments, types, formatting and unused
   * neighbors. Needs esbuild, an optional peer. Default: whole files.
   */
  readonly of?: string | readonly string[] | undefined
  /**
   * How installed packages count: by name and version with all packages that they need, or by the content of all their files,
   * for packages that are edited in place. Default: `'version'`.
   */
  readonly packages?: PackageMode | undefined
  /**
   * Paths, folders and globs of further files, relative to the module: files that it reads, and modules that it imports by
   * names that only the running program knows. Each must match a file. Hidden files count if a path or glob names them, as
   * `.env*` does. Default: none.
   */
  readonly also?: string | readonly string[] | undefined
  /** Whether to keep what was found for the next process, in `node_modules/.cache/persist`. Default: `true`. */
  readonly manifest?: boolean | undefined
}

const CHECKS: Readonly<
  Record<keyof CodeOptions, { readonly what: string; readonly fits: (value: unknown) => boolean }>
> = {
  of: { what: 'the name of an export, or an array of names', fits: areNames },
  packages: { what: "'version' or 'content'", fits: (value) => value === 'version' || value === 'content' },
  also: { what: 'a path, a folder or a glob, or an array of them', fits: areNames },
  manifest: { what: 'true or false', fits: (value) => typeof value === 'boolean' },
}

const reader = new CodeReader(realFileSystem, manifestFolderFor)
const readerWithoutManifests = new CodeReader(realFileSystem, () => NO_MANIFESTS)

const look = {
  isFile: (path: string) => realFileSystem.stat(path)?.isFile() === true,
  realpath: realFileSystem.realpath,
}

/**
 * Results depend on the code of a module and of everything that it imports, transitively. Files count by content and
 * installed packages by version; paths are relative to the package, so every checkout has the same digest.
 *
 * Read when a function is wrapped, since that is the code that runs. `f.dependencies()` names each file and package, and what
 * could not be followed. In a bundle the module is the bundle with all its chunks: a call with `import.meta` or a URL also covers
 * the file that makes it.
 *
 * @param place `import.meta`, or the URL or path of a module. In CommonJS: `__filename`.
 * @throws OptionError for a module without a file (evaluated from a string, `data:`, part of an executable), for an export
 * that is not there, or for `of` without esbuild.
 *
 * @example
 * ```ts
 * const simulate = persist((steps: number) => steps * 2, { funcname: 'simulate', dependsOn: [code(import.meta)] })
 * simulate.dependencies().length > 1   // true: the function, the file, all that it imports
 * ```
 */
export function code(place: ModulePlace, options: CodeOptions = {}): Dependency {
  checkOptions(options)
  const root = fileOf(place, look)
  // Bundlers replace `import.meta.url` by the place of the source. The code that runs is that of the caller.
  const caller =
    typeof place === 'string' && !place.startsWith('file:')
      ? undefined
      : callingFile(code, (path) => isLoad(path) || look.isFile(path))
  // A configuration's own file is soon gone, and is made of the source a moment before.
  const bundle = caller === undefined || isLoad(caller) ? root : look.realpath(caller)
  const of = listOf(options.of)
  const scope = {
    roots: (bundle === root ? [root] : [root, bundle]) as [string, ...string[]],
    of,
    also: listOf(options.also),
    packages: options.packages ?? ('version' as const),
  }
  // A configuration is in another file at each load, so its manifest would never be read again.
  const keepsNone = options.manifest === false || isLoad(bundle)
  return {
    name: `code(${[basename(withoutLoad(root)), ...of].join(', ')})`,
    read() {
      try {
        return (keepsNone ? readerWithoutManifests : reader).read({ ...scope, settings: processSettings() })
      } catch (error) {
        // The tool may have removed it meanwhile.
        if (isLoad(root)) fileOf(root, look)
        throw error
      }
    },
  }
}

toCall(code, 'code(import.meta)')

function checkOptions(options: CodeOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof CodeOptions] : undefined
    if (check === undefined) {
      throw refusal(`code has no option ${JSON.stringify(name)} (known: ${Object.keys(CHECKS).join(', ')})`)
    }
    if (value !== undefined && !check.fits(value)) throw refusal(`the option ${name} of code must be ${check.what}`)
  }
}

function areNames(value: unknown): boolean {
  const isName = (one: unknown) => typeof one === 'string' && one !== ''
  return isName(value) || (Array.isArray(value) && value.every(isName))
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : [...value]
}

function refusal(message: string): OptionError {
  return new OptionError(message, { option: 'dependsOn' })
}
