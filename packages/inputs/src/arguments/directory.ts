import { join } from 'node:path'
import { OptionError } from '@persist/errors'
import { identity } from '@persist/key'
import { digestOf } from '../files/digest.ts'
import { isInside, pathUnder } from '../files/place.ts'
import { stampText } from '../files/stamps.ts'
import { Read } from '../read/record.ts'
import { contents, files, noteKeyRead, registerKind } from '../tracing.ts'
import { type DirectoryOptions, folderOf, globsOf } from './directory-options.ts'
import { checkedPath, digestOrFail } from './file.ts'
import { globMatcher } from './globs-lazily.ts'

/** An argument that counts as the content of a folder. */
export interface DirectoryArgument {
  /** The absolute path. */
  readonly path: string
  /** The path, so that `String(argument)` can be passed to other libraries. */
  toString(): string
}

/**
 * A folder as an argument: two are equal when the same paths in them have the same contents. A link counts as what it leads
 * to, also outside of the folder. A folder in it counts by its name too, if `include` matches the name followed by `/`. If a
 * file changes while the function runs, the result is not stored.
 *
 * Each call looks at every file, and reads those that may have changed. A call with a folder that is missing throws a
 * `KeyError`.
 *
 * @example
 * ```ts
 * const size = persist((source: DirectoryArgument) => readdirSync(source).length, { funcname: 'size' })
 * const ofSources = () => size(directory('src', { include: '*.ts', exclude: ['generated'] }))
 * ```
 */
export function directory(path: string | URL, options: DirectoryOptions = {}): DirectoryArgument {
  const unknown = Object.keys(options).find((option) => option !== 'include' && option !== 'exclude')
  if (unknown !== undefined) {
    throw new OptionError(`directory has no option ${JSON.stringify(unknown)} (known: include, exclude)`, {
      option: unknown,
    })
  }
  return new ContentOfDirectory(checkedPath(path), filterOf(options), globsOf(options))
}

/** Which paths count. */
interface Filter {
  readonly includes: (path: string) => boolean
  readonly excludes: (path: string) => boolean
}

class ContentOfDirectory implements DirectoryArgument {
  // For messages and logs: the build shortens names.
  static readonly name = 'DirectoryArgument'

  readonly path: string
  readonly #filter: Filter
  readonly #globs: string

  constructor(path: string, filter: Filter, globs: string) {
    this.path = path
    this.#filter = filter
    this.#globs = globs
  }

  toString(): string {
    return this.path
  }

  [identity](): unknown {
    const { path } = this
    // A traced function that makes a call with this argument depends on the contents too.
    const read = new Read(this)
    if (read.stamp?.kind !== 'directory') {
      read.sawNothing()
      throw new Error(`there is no folder ${path}`)
    }
    const look = () => lookAt(path, this.#filter)
    const { digest, stamps } = digestOrFail(read, look)
    read.sawContents(this.#globs, digest, () => look().digest === digest)
    const isUnchanged = () => {
      const now = look()
      return now.digest === digest && now.stamps === stamps
    }
    noteKeyRead({ kind: 'directory', name: this.path, digest, isUnchanged })
    return ['@persist/inputs directory', digest]
  }
}

/** The digest of all contents, and one of all stamps. */
function lookAt(path: string, filter: Filter): { readonly digest: string; readonly stamps: string } {
  const parts = [...partsOf(path, '', filter)]
  return {
    digest: digestOf(JSON.stringify(parts.map(({ name, digest }) => [name, digest]))),
    stamps: digestOf(JSON.stringify(parts.map(({ stamp }) => stamp))),
  }
}

interface Part {
  readonly name: string
  readonly digest: string
  readonly stamp: string
}

/**
 * The folders and files in a folder, in the order of their names. A link counts as what it leads to.
 *
 * @param around the real paths of the folders around: a link may lead to one of them.
 */
function* partsOf(folder: string, before: string, filter: Filter, around: readonly string[] = []): Generator<Part> {
  const real = files.realpath(folder)
  const levels = around.length - around.indexOf(real)
  if (around.includes(real)) return yield { name: before, digest: `a link ${levels} up`, stamp: '' }
  const listed = [...files.list(folder)].sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name: last, kind } of listed) {
    const name = `${before}${last}`
    const path = join(folder, last)
    if (filter.excludes(name)) continue
    const stamp = kind === 'directory' ? undefined : files.stat(path)
    if ((stamp?.kind ?? kind) === 'directory') {
      if (filter.includes(`${name}/`)) yield { name: `${name}/`, digest: '', stamp: '' }
      yield* partsOf(path, `${name}/`, filter, [...around, real])
    } else if (filter.includes(name)) {
      const digest = stamp?.kind === 'file' ? contents.digest(path, 'file', stamp) : undefined
      if (stamp !== undefined && digest !== undefined) yield { name, digest, stamp: stampText(stamp) }
      else if (kind === 'link') yield { name, digest: 'a link to no file', stamp: '' }
      else if (last.includes('\u{FFFD}')) throw new Error(`the name of ${path} is no UTF-8`)
      // Anything else vanished after it was listed, or has no contents.
    }
  }
}

function filterOf({ include, exclude }: DirectoryOptions): Filter {
  return {
    includes: matcherOf('include', include) ?? (() => true),
    excludes: matcherOf('exclude', exclude) ?? (() => false),
  }
}

function matcherOf(option: string, globs: unknown): ((path: string) => boolean) | undefined {
  if (globs === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(globs) ? globs : [globs]
  if (list.length > 0 && list.every((glob) => typeof glob === 'string' && glob !== '')) {
    return globMatcher()(list as string[], { dot: true })
  }
  throw new OptionError(`${option} must be a glob or an array of globs`, { option })
}

// At once: a result may have to be verified before any folder is an argument.
registerKind('directory', {
  isUnchanged(name, digest, _detail, root) {
    const { place, options } = folderOf(name)
    const path = pathUnder(root, place)
    if (path === undefined || files.stat(path)?.kind !== 'directory' || !isInside(path, root, files)) return false
    return lookAt(path, filterOf(options)).digest === digest
  },
})
