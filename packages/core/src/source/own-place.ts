import type { ParsedSource } from './parsed-source.ts'
import { folderOf } from './specifiers.ts'

/**
 * Code with the name of its own file, or all that the runtime knows of the file: not only as an argument, as in
 * `new URL('./rows.csv', import.meta.url)`. Bun has `file` and `path`. Not `import.meta && import.meta.env`.
 */
const OWN_NAME =
  /\bimport \. meta (?:(?:\??\. |\[ ['"`])(?:url|filename|file|path)\b|(?!\??\. |\[ ['"`]|&& |\? |[!=]==? ))(?! ?\))|(?<!\S|\. )__filename(?= )(?! \))/

/** Code that makes a name of that of its own file, as in `basename(fileURLToPath(import.meta.url))`. */
const NAMED_BY_FILE = /\b(?:basename|parse) \( (?:\w+ \( )?(?:import \. meta \. (?:url|filename)|__filename)\b/

/** Code with the folder of its own file. */
const OWN_FOLDER = /\bimport \. meta\b|(?<!\S|\. )__(?:dirname|filename)(?= )/

/** Whether code, as {@link codeOf} has it, depends on the name of its own file. */
export const dependsOnName = (code: string) => OWN_NAME.test(code) || NAMED_BY_FILE.test(code)

/** Whether code that uses its own folder is in two folders, or in two versions of one, which may have other data. */
export function isInOtherFolder(
  code: string,
  { importer: mine }: ParsedSource,
  { importer: others }: ParsedSource,
): boolean {
  if (!OWN_FOLDER.test(code)) return false
  const isPackage = mine.place !== mine.file
  return (
    mine.isOtherVersion ||
    folderOf(mine.place) !== folderOf(others.place) ||
    (isPackage && leavesPackage(code, mine.place))
  )
}

/** Whether code leads out of an installed package, as `join(__dirname, '../../..')` does: to that of the application. */
function leavesPackage(code: string, place: string): boolean {
  const [own = ''] = /^\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(place) ?? []
  const paths = [...code.matchAll(/\bfile:\/\/(\S*)/g)].map(([, path]) => path!)
  const levels = place.slice(own.length).split('/').length - 1
  const ups = [...code.matchAll(/(['"`])\.\.\1/g)].length
  return (
    paths.some((path) => !`${path}/`.startsWith(own)) ||
    ups > levels ||
    /\bnode_modules\b/.test(code.replaceAll(/\bfile:\S*/g, ''))
  )
}
