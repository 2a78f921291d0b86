import { sha256 } from '@persist/hash'
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
export function targetOf(specifier: string, importer: Importer): string {
  const { file, place, files, isOtherVersion } = importer
  if (/^\.\.?(\/|$)/.test(specifier)) {
    const path = resolvedPath(specifier, place)
    if (place === file) return path
    // Two installed copies of a package may have equal modules that import other versions of a package.
    return `${path} ${contentsOf(specifier, importer, new Set()) ?? (isOtherVersion ? file : '')}`
  }
  if (/^(\w+:|\/)/.test(specifier)) return specifier
  if (specifier.startsWith('#') && isOtherVersion) return `${specifier} of ${file}`
  if (specifier.startsWith('#')) return `${specifier} of ${nearest('package.json', place, file, files)}`
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]
  const version = installedAs(name, file, files)
  if (version !== '' || isBuiltin(name)) return `${specifier} of ${version}`
  // An alias: each package of a repository has its own.
  return `${specifier} of ${DEFINE_ALIASES.map((by) => nearest(by, place, file, files)).join()}`
}

/** Files with `paths` or `imports`, or beside those of other tools. */
const DEFINE_ALIASES = ['tsconfig.json', 'jsconfig.json', 'deno.json', 'deno.jsonc', 'package.json']

/** What this task has found of installed packages: many modules import the same ones. */
const installed = new Map<string, string>()

/** The package.json of an installed package, and those of all that it depends on, which may be of other versions. */
function installedAs(name: string, file: string, files: SourceFiles): string {
  const root = folderAbove(`node_modules/${name}/package.json`, file, files)
  if (root === undefined) return ''
  const key = `${root} ${name}`
  if (installed.size === 0) Promise.resolve().then(() => installed.clear())
  const found = installed.get(key) ?? digestOf(name, file, files)
  installed.set(key, found)
  return found
}

function digestOf(name: string, file: string, files: SourceFiles): string {
  const found: string[] = []
  const numbers = new Map<string, number>()
  const add = (dependency: string, importer: string) => {
    const path = `node_modules/${dependency}/package.json`
    const folder = folderAbove(path, importer, files)
    if (folder === undefined) return
    const known = numbers.get(folder + path)
    if (known !== undefined) {
      found.push(String(known))
      return
    }
    numbers.set(folder + path, numbers.size)
    const content = files.read(folder + path)!
    found.push(content)
    for (const next of dependenciesIn(content)) add(next, folder + path)
  }
  add(name, file)
  return sha256(found.join('\n'))
}

function dependenciesIn(content: string): readonly string[] {
  try {
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(content)
    return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  } catch {
    return []
  }
}

function isBuiltin(name: string): boolean {
  const module = builtinModule('node:module') as { readonly isBuiltin?: (name: string) => boolean } | undefined
  return module?.isBuiltin?.(name) === true
}

/** The package.json of an installed file's package. */
export function packageOf(file: string, files: SourceFiles): string | undefined {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(file) ?? []
  return folder && files.read(`${folder}package.json`)
}

const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.json', '/index.js']

const SPECIFIERS = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"`]([^'"`\n]+)['"`]/g

/** The contents of a file and of all modules that it imports by a relative path, and what its other imports lead to. */
function contentsOf(specifier: string, importer: Importer, seen: Set<string>): string | undefined {
  for (const file of relativePaths(specifier, importer.file)) {
    if (seen.has(file)) return ''
    const content = importer.files.read(file)
    if (content === undefined) continue
    seen.add(file)
    const imports = { ...importer, file, place: pathInPackage(file)! }
    const imported = [...content.matchAll(SPECIFIERS)].map(([, next]) =>
      /^\.\.?(\/|$)/.test(next!) ? contentsOf(next!, imports, seen) : targetOf(next!, imports),
    )
    return [content, ...imported].join('\n')
  }
  return undefined
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
    return new URL(path, urlOf(folderOf(place))).href
  } catch {
    return path
  }
}

/** The URL of a folder, whose name may be `c#` or `what?`. */
export const urlOf = (folder: string) => `file://${folder.replace(/[%#?\t\n\r]/g, encodeURIComponent)}`

export const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/') + 1)

/** The folder of the nearest file of a name above another one. */
function nearest(name: string, place: string, file: string, files: SourceFiles): string {
  if (place !== '' && pathInPackage(file) === place) return ''
  return folderAbove(name, file, files) ?? ''
}

function folderAbove(name: string, file: string, files: SourceFiles): string | undefined {
  let folder = folderOf(file)
  while (folder !== '' && files.changedAt(folder + name) === undefined) folder = folderOf(folder.slice(0, -1))
  return folder === '' ? undefined : folder
}
