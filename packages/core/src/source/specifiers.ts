import { builtinModule } from '@persist/platform'
import { pathInPackage } from './same-package-file.ts'
import type { SourceFiles } from './source-files.ts'

/** A file whose specifiers are compared with those of another one. */
export interface Importer {
  readonly file: string
  /** The path from which relative specifiers lead on: equal for two installed versions of a package. */
  readonly place: string
  readonly files: SourceFiles
  /** Whether the other file is in another version of the package, where the imported modules may differ. */
  readonly isOtherVersion: boolean
}

/** What a specifier leads to, in a form that is equal in two files if it leads to the same module. */
export function targetOf(specifier: string, { file, place, files, isOtherVersion }: Importer): string {
  if (/^\.\.?(\/|$)/.test(specifier)) {
    const path = resolvedPath(specifier, place)
    return isOtherVersion ? `${path} ${contentsOf(specifier, file, files, new Set())}` : path
  }
  if (/^(\w+:|\/)/.test(specifier)) return specifier
  if (specifier.startsWith('#')) return `${specifier} of ${nearest('package.json', place, file, files)}`
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]
  const installed = nearest(`node_modules/${name}/package.json`, '', file, files)
  if (installed !== '' || isBuiltin(name)) return `${specifier} of ${installed}`
  // An alias: each package of a repository has its own.
  return `${specifier} of ${DEFINE_ALIASES.map((by) => nearest(by, place, file, files)).join()}`
}

/** Files with `paths` or `imports`, or beside those of other tools. */
const DEFINE_ALIASES = ['tsconfig.json', 'jsconfig.json', 'deno.json', 'deno.jsonc', 'package.json']

function isBuiltin(name: string): boolean {
  const module = builtinModule('node:module') as { readonly isBuiltin?: (name: string) => boolean } | undefined
  return module?.isBuiltin?.(name) === true
}

/** The package.json of an installed file's package. */
export function packageOf(file: string, files: SourceFiles): string | undefined {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(file) ?? []
  return folder && files.read(`${folder}package.json`)
}

/** The folder of the package or program that a file is in. The package.json of a build has little more than a `type`. */
export function programOf(file: string, files: SourceFiles): string {
  for (let folder = folderOf(file); folder !== ''; folder = folderOf(folder.slice(0, -1)))
    if (/"(name|private|scripts|dependencies)"\s*:/.test(files.read(`${folder}package.json`) ?? '')) return folder
  return ''
}

const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.json', '/index.js']

const RELATIVE = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"`](\.\.?(?:\/[^'"`\n]*)?)['"`]/g

/** The contents of a module and of all modules that it imports by a relative path. */
function contentsOf(specifier: string, file: string, files: SourceFiles, seen: Set<string>): string {
  for (const found of relativePaths(specifier, file)) {
    if (seen.has(found)) return ''
    const content = files.read(found)
    if (content === undefined) continue
    seen.add(found)
    const imported = [...content.matchAll(RELATIVE)].map(([, next]) => contentsOf(next!, found, files, seen))
    return [content, ...imported].join('\n')
  }
  return ''
}

/** The files that a relative specifier may lead to. */
export function relativePaths(specifier: string, file: string): readonly string[] {
  const segments: string[] = []
  for (const segment of `${folderOf(file)}${specifier.replace(/[?#].*$/, '')}`.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(segment)
  }
  const path = segments.join('/').replace(/\/$/, '')
  return EXTENSIONS.map((extension) => path + extension)
}

export function resolvedPath(path: string, place: string): string {
  try {
    return new URL(path, `file://${folderOf(place)}`).href
  } catch {
    return path
  }
}

export const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/') + 1)

/** The nearest file of a name above another one: its folder, or its content for a package, which may be installed twice. */
function nearest(name: string, place: string, file: string, files: SourceFiles): string {
  if (place !== '' && pathInPackage(file) === place) return ''
  for (let folder = folderOf(file); folder !== ''; folder = folderOf(folder.slice(0, -1))) {
    const content = files.read(folder + name)
    if (content !== undefined) return place === '' ? content : folder
  }
  return ''
}
