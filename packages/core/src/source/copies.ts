import { importsModules, isUncompiled, mayBeBuilds } from './bundles.ts'
import type { Frame } from './call-site.ts'
import { codeOf } from './code-of.ts'
import { Comparison } from './comparison.ts'
import { isGlobal } from './globals.ts'
import { dependsOnName, isInOtherFolder } from './own-place.ts'
import { type ParsedSource, parse } from './parsed-source.ts'
import { areSamePackageFile, pathInPackage } from './same-package-file.ts'
import { lookup } from './scopes.ts'
import type { SourceFiles } from './source-files.ts'
import { packageOf } from './specifiers.ts'
import { originalOf, rangeOf } from './text-in-file.ts'

/**
 * Whether two files with a function of the same text are copies of one module, as two bundles of one program are.
 *
 * Equal text is not enough. `find` of users.ts and `find` of posts.ts may both be `(id) => db.get(table, id)`, and `findOne`
 * of two services may have the same text. So both files must give the same meaning to each name that the function uses: equal
 * declarations, assignments, and statements beside the declarations that use the name, and the same of all names in these. With
 * `this`, the class has to be equal too. A function that captures a parameter, or whose text is in another file, has a meaning
 * that the file does not show. In two versions of one package, imports count as equal if all that they lead to inside the
 * package is. Only bundles need this: two files that are none are two modules, unless they are equal in all.
 *
 * @param first A frame in the module body that wrapped the function.
 * @returns `undefined` if a file cannot be read.
 */
export function areCopies(textOfBoth: string, first: Frame, second: Frame, files: SourceFiles): boolean | undefined {
  const text = originalOf(textOfBoth)
  const isOnePackage = areSamePackageFile(first.file, second.file)
  const isOtherVersion = isOnePackage && packageOf(first.file, files) !== packageOf(second.file, files)
  const read = ({ file }: Frame) => {
    const content = files.read(file)
    const place = isOnePackage ? pathInPackage(file)! : file
    return content === undefined ? undefined : parse(content, { file, place, files, isOtherVersion })
  }
  const [mine, others] = [read(first), read(second)]
  if (mine === undefined || others === undefined) return undefined
  const isEqual = mine.text === others.text
  if (isUncompiled(first.file) || isUncompiled(second.file)) return isEqual && leadToTheSame(mine, others)
  const mayBeCopies = isEqual || isOnePackage || mayBeBuilds(first.file, second.file)
  if (!mayBeCopies && importsModules(mine) && importsModules(others)) return false
  const [here, there] = [rangeOf(text, mine, first), rangeOf(text, others, second)]
  if (here === undefined || there === undefined) return isSelfContained(text, [mine, others])
  return new Comparison(mine, others, here, there).agree(/\b(this|super)\b/.test(text))
}

/** Whether two files of one text mean the same: their imports and paths lead to the same files. */
function leadToTheSame(mine: ParsedSource, others: ParsedSource): boolean {
  const all = { from: 0, to: mine.tokens.list.length }
  const code = codeOf(mine, all)
  return code === codeOf(others, all) && !dependsOnName(code) && !isInOtherFolder(code, mine, others)
}

/** Whether a text means the same in both files: it uses only global names. It was compiled since, or another file has it. */
function isSelfContained(text: string, [mine, others]: readonly [ParsedSource, ParsedSource]): boolean {
  const source = parse(text, { ...mine.importer, file: '', place: '' })
  const { list } = source.tokens
  const isShared = (name: string) => isGlobal(name) && !mine.declares(name) && !others.declares(name)
  return list.every(
    ({ value }, index) =>
      value !== 'this' &&
      value !== 'super' &&
      value !== 'import' &&
      (!source.isUse(index) || index === 0 || lookup(value, source.scopes.at[index]) !== undefined || isShared(value)),
  )
}
