import type { Frame } from './call-site.ts'
import { areSamePackageFile } from './same-package-file.ts'

/** Whether two files are copies of one module; `undefined` if only their content could decide, which a page cannot read. */
export function areCopies(_text: string, first: Frame, second: Frame): true | undefined {
  return areSamePackageFile(first.file, second.file) || undefined
}
