import type { CallSite } from './call-site.ts'
import { isModuleId } from './module-body.ts'
import { isSameFrame, type Place } from './wrapping-place.ts'

/** Names of the files that webpack writes for a program in Node that runs. */
const UPDATE = /\.hot-update\.[cm]?js$/

/** Whether a stack is that of a hot update with modules that have numbers, which a list of modules does not show. */
export function isNumberedUpdate(site: CallSite): boolean {
  const update = site.filter(({ file }) => UPDATE.test(file))
  return update.length > 0 && !update.some(({ functionName }) => functionName.includes('/'))
}

/**
 * Whether a hot update has replaced a module, which webpack writes to a file of its own. It is the same module if the loader
 * of one bundle evaluated both under one id. Ids are those of one watch, since an update applies to the build before it only.
 */
export function wasReplaced({ home: before, loader: first }: Place, { home: now, loader: second }: Place): boolean {
  return (
    UPDATE.test(now.file) &&
    isModuleId(now.functionName) &&
    now.functionName === before.functionName &&
    first !== undefined &&
    second !== undefined &&
    isSameFrame(first, second)
  )
}
