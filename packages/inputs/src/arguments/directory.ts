import { OptionError } from '@persist/errors'
import { identity } from '@persist/key'
import { isInside, pathUnder } from '../files/place.ts'
import { Read } from '../read/record.ts'
import { files, noteKeyRead, registerKind } from '../tracing.ts'
import { type DirectoryOptions, folderOf, globsOf } from './directory-options.ts'
import { checkedPath, digestOrFail } from './file.ts'
import { type Filter, folderContents } from './folder-contents.ts'
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

class ContentOfDirectory implements DirectoryArgument {
  // For messages and logs: the build shortens names.
  static readonly name = 'DirectoryArgument'

  readonly path: string
  readonly #filter: Filter | undefined
  readonly #globs: string

  constructor(path: string, filter: Filter | undefined, globs: string) {
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
    const look = () => folderContents(path, this.#filter)
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

function filterOf({ include, exclude }: DirectoryOptions): Filter | undefined {
  if (include === undefined && exclude === undefined) return undefined
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
    return folderContents(path, filterOf(options)).digest === digest
  },
})
