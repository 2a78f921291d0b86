import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileSystem } from './file-system.ts'

/** A path as a traced function gives it, with its place under the root. */
export interface Place {
  readonly path: string
  /** The path from the root, with `/` on every system. */
  readonly name: string
}

/** The absolute path that is meant. */
export function pathOf(path: string | URL): string {
  return resolve(textOf(path))
}

/**
 * The path as it is written, if the system finds something else there than at the absolute path: for `link/..` it follows the link
 * first, and it finds nothing at `none/../a`, at `file/`, and at an empty path.
 */
export function pathElsewhere(path: string | URL, fs: FileSystem): string | undefined {
  const text = textOf(path)
  if (text !== '' && !MAY_LEAD_ELSEWHERE.test(text)) return undefined
  return foundAt(text, fs) === foundAt(resolve(text), fs) ? undefined : text
}

const MAY_LEAD_ELSEWHERE = /[/\\]\.\.(?:[/\\]|$)|[/\\]\.?$/

function textOf(path: string | URL): string {
  return path instanceof URL ? fileURLToPath(path) : path
}

function foundAt(path: string, fs: FileSystem): string | undefined {
  try {
    return fs.realpath(path)
  } catch {
    return undefined
  }
}

/**
 * The place of a path under the root. `undefined`: it leads out of the root, by itself or by a link, or it leads into the root
 * by a link outside, which no later call could verify.
 */
export function placeOf(path: string, root: string, fs: FileSystem): Place | undefined {
  if (!isInside(path, root, fs)) return undefined
  const name = nameUnder(root, path) ?? nameUnderLink(root, path, fs)
  return name === undefined ? undefined : { path, name }
}

/** The name of a path through a link that leads to the root itself: the root may have been given through one, or the path. */
function nameUnderLink(root: string, path: string, fs: FileSystem): string | undefined {
  const realRoot = realOf(root, fs)
  for (let folder = path; ; folder = dirname(folder)) {
    if (realOf(folder, fs) === realRoot) return nameUnder(folder, path)
    if (dirname(folder) === folder) return undefined
  }
}

/** The path of an input from the store, where any program may have written it. `undefined`: it leads out of the root. */
export function pathUnder(root: string, name: string): string | undefined {
  if (root === '' || (MAYBE_UNSAFE.test(name) && UNSAFE.test(name))) return undefined
  if (sep === '\\' && /[\\:]/.test(name)) return undefined
  return name === '.' ? root : root.endsWith(sep) ? root + name : `${root}${sep}${name}`
}

/** Whether a path leads to something under the root when links are followed. */
export function isInside(path: string, root: string, fs: FileSystem): boolean {
  return nameUnder(realOf(root, fs), realOf(path, fs)) !== undefined
}

/** Most names need no closer look. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see below
const MAYBE_UNSAFE = /^$|^\/|\.\.|\u0000/

/** A part `..`, an absolute path, an empty one, or one with a character that no path has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: no path has this character
const UNSAFE = /^$|^\/|(?:^|\/)\.\.(?:\/|$)|\u0000/

function nameUnder(root: string, path: string): string | undefined {
  const name = relative(root, path)
  if (name === '') return '.'
  if (name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)) return undefined
  return sep === '/' ? name : name.split(sep).join('/')
}

/** The path without links, also of something that is not there. */
function realOf(path: string, fs: FileSystem): string {
  try {
    return fs.realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realOf(parent, fs), basename(path))
  }
}
