import { pathInPackage } from './same-package-file.ts'
import type { SourceFiles } from './source-files.ts'

/** A file whose specifiers are compared with those of another one. */
export interface Importer {
  readonly file: string
  /** The path from which relative specifiers lead on: equal for two installed versions of a package. */
  readonly place: string
  readonly files: SourceFiles
}

/** What a specifier leads to, in a form that is equal in two files if it leads to the same module. */
export function targetOf(specifier: string, { file, place, files }: Importer): string {
  if (/^\.\.?\//.test(specifier)) return resolvedPath(specifier, place)
  if (/^(\w+:|\/)/.test(specifier)) return specifier
  if (specifier.startsWith('#')) return `${specifier} of ${nearest('package.json', place, file, files)}`
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]
  return `${specifier} of ${nearest(`node_modules/${name}/package.json`, '', file, files)}`
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
