import type { Frame } from './call-site.ts'
import { differInNamesOnly } from './renaming.ts'
import { areSamePackageFile } from './same-package-file.ts'
import type { SourceFiles } from './source-files.ts'
import { isFromFile, type Origin, originOf } from './source-map.ts'

/** A function, and the module body that wrapped it. */
export interface Wrapped {
  readonly text: string
  readonly home: Frame
}

/** Whether two functions in two files come from one place of one source, as source maps have it. `undefined`: no map decides. */
export function haveOneOrigin(first: Wrapped, second: Wrapped, files: SourceFiles): boolean | undefined {
  const [one, other] = [originOf(first.home, files), originOf(second.home, files)]
  const isSameText = first.text === second.text
  if (one !== undefined && other !== undefined) {
    const isSamePlace = one.source === other.source && one.line === other.line
    const hasContents = one.content !== undefined && other.content !== undefined
    // A minifier may choose other names in another bundle, so one source may have several texts.
    if (isSamePlace && hasContents && one.content === other.content && differInNamesOnly(first.text, second.text))
      return isOneCall(one, other)
    if (isSamePlace && !hasContents) return isSameText && one.column === other.column
    // Sources of one name and of other content, or one source in each installed copy of a package.
    if (!isSamePlace && !areSamePackageFile(first.home.file, second.home.file)) return false
  }
  // One of them is the source that the map of the other one names.
  if (isSameText && (isFromFile(one, second.home) || isFromFile(other, first.home))) return true
  return undefined
}

/**
 * Whether two places in one source are in one call of `persist`. V8's place of `persist(…)` is that of the name. A bundler
 * may make `(0, core.persist)(…)` of it, whose place is that of the parenthesis after the name.
 */
function isOneCall({ content, line, column: first }: Origin, { column: second }: Origin): boolean {
  const between = content?.split('\n')[line]?.slice(Math.min(first, second), Math.max(first, second))
  return between !== undefined && /^[\p{ID_Continue}$.:=\s]*$/u.test(between)
}
