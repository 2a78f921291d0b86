import { join, resolve } from 'node:path'
import { OptionError } from '@persist/errors'
import { filesIn } from '../files/files-in.ts'
import type { Observer } from '../files/observer.ts'
import { globMatcher } from './also-lazily.ts'
import { slashed } from './names.ts'

const GLOB = /[*?[\]{}()!]/
/** A glob that names hidden files: only such a glob matches them. */
const OF_HIDDEN = /(?:^|[/{}(),|[])\./

/** The files of a list of paths, folders and globs, relative to a folder. Each of them must match something. */
export function filesOfAlso(also: readonly string[], folder: string, observer: Observer): string[] {
  return also.flatMap((pattern) => {
    const found = GLOB.test(pattern) ? matching(pattern, folder, observer) : at(resolve(folder, pattern), observer)
    if (found.length > 0) return found
    throw new OptionError(`code: also: ${JSON.stringify(pattern)} matches no file in ${folder}`, {
      option: 'dependsOn',
    })
  })
}

function at(path: string, observer: Observer): string[] {
  return observer.isFile(path) ? [path] : allFiles(path, observer)
}

function matching(pattern: string, folder: string, observer: Observer): string[] {
  const segments = slashed(pattern).split('/')
  const fixed = segments.slice(
    0,
    segments.findIndex((segment) => GLOB.test(segment)),
  )
  const base = resolve(folder, fixed.join('/') || '.')
  const glob = segments.slice(fixed.length).join('/')
  const isMatch = globMatcher()(glob)
  const { files } = filesIn(base, observer, {
    isSkipped: OF_HIDDEN.test(glob) ? (name) => name === 'node_modules' || name === '.git' : isHidden,
    paths: 'each',
    mayCount: (path) => /\/|\*\*/.test(glob) || isMatch(path),
  })
  return files.filter((path) => isMatch(slashed(path))).map((path) => join(base, path))
}

/** All files in a folder, without installed packages and hidden ones. */
function allFiles(folder: string, observer: Observer): string[] {
  return filesIn(folder, observer, { isSkipped: isHidden, paths: 'first' }).files.map((path) => join(folder, path))
}

function isHidden(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.')
}
