/** Which files of a folder count. Globs of paths from the folder, with `/`. */
export interface DirectoryOptions {
  /** Only files that match one of these. Default: all files. */
  readonly include?: string | readonly string[] | undefined
  /** No files and folders that match one of these. Default: none. */
  readonly exclude?: string | readonly string[] | undefined
}

/** The globs after the place of a folder that is an input: JSON without spaces, after one. Empty if there are none. */
export function globsOf({ include, exclude }: DirectoryOptions): string {
  if (include === undefined && exclude === undefined) return ''
  return ` ${JSON.stringify({ include, exclude }).replace(/[ %]/g, encodeURIComponent)}`
}

/** Reads the name of a folder with its globs, which any program may have written. */
export function folderOf(name: string): { readonly place: string; readonly options: DirectoryOptions } {
  const space = name.lastIndexOf(' ')
  if (!name.startsWith('{"', space + 1)) return { place: name, options: {} }
  const json = name.slice(space + 1).replace(/%2[05]/g, decodeURIComponent)
  return { place: name.slice(0, space), options: JSON.parse(json) as DirectoryOptions }
}
