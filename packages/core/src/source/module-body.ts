import { isNamedByBundler } from './bundler-names.ts'
import type { CallSite, Frame } from './call-site.ts'
import { positionOf } from './code-of.ts'
import type { SourceFiles } from './source-files.ts'
import { isEvaluatedAsyncModule } from './turbopack-modules.ts'

// The functions of bundlers that run a module body.
const LOADERS = /^(__webpack_require__|__init|__require\d*|instantiateModule)$/

const MODULE_BODIES = /^(module evaluation|__TURBOPACK__module__evaluation__|Object\.<anonymous>)$/

/**
 * Whether a frame is the body of a module, which runs once per evaluation, and not the body of a function.
 *
 * - ES modules, CommonJS modules, Jest, Vitest, jiti, `(() => { … })()` around a bundle: no name, and the beginning of the
 *   script, where a wrapper may add a parenthesis. No other anonymous function begins there.
 * - Vite's `ssrLoadModule`, and webpack in development: code that was evaluated from a string under the name of a file. V8 calls
 *   all functions without a name `eval` there, so the beginning of the script decides here, too.
 * - Turbopack: a function with the name `module evaluation`, in Next 15 `__TURBOPACK__module__evaluation__`. Jest 29: a
 *   function with a unique name.
 * - webpack, and esbuild's wrappers: a function in a table of modules, by number or path, called by the bundler's loader.
 *   The caller is checked too, because a table of handlers may have such keys. A minifier renames the loader, but the
 *   loader still passes `module.exports`.
 *
 * Deno and Bun do not report the beginning of a function. Bun prints the body of a module in another way than a function. In
 * Deno the source line decides: it begins in the first column, and no function and no loop begins before the call.
 */
export function isModuleBody(site: CallSite, index: number, files: SourceFiles): boolean {
  const frame = site[index]!
  const { functionName, file, begin, isEval } = frame
  if (functionName === '') {
    if (begin === undefined) return isAtTop(frame, files) || isReadModuleCode(frame, files)
    return (
      (isAtBegin(begin) && file !== '' && !file.startsWith('evalmachine.')) || isAsyncModule(frame, files.read(file))
    )
  }
  if (isEvaluatedAsyncModule(frame)) return true
  if (functionName === 'eval') return isEval && file !== '' && isAtBeginOfEval(site, index)
  if (MODULE_BODIES.test(functionName)) return true
  if (!isModuleId(functionName)) return false
  const loader = site[index + 1]
  if (loader === undefined) return false
  if (LOADERS.test(loader.functionName)) return true
  const line = files.read(loader.file)?.split('\n')[loader.line - 1]
  return line !== undefined && /^[^;{}()]*\([^;{}()]*\.exports\b/.test(line.slice(loader.column - 1))
}

/**
 * Whether a frame is the function that webpack and Turbopack put around a module that waits, for an `await` at its top or for an
 * import: `e.a(async (t, a) => { try { … a() } catch (e) { a(e) } }, false)`. Rspack writes
 * `async function (t, a) { … }`. After an `await` it has no caller.
 */
export function isAsyncModule({ functionName, begin, isEval }: Frame, content: string | undefined): boolean {
  if (functionName !== '' || begin === undefined || isEval || content === undefined) return false
  const at = positionOf(content, begin)
  if (!/[\w$]\.a\(\s*([\w$]+,\s*)?$/.test(content.slice(Math.max(at - 80, 0), at))) return false
  const rest = content.slice(at)
  const result = /^async\s*(?:function\s*)?\(\s*[\w$]+,\s*([\w$]+)\s*\)\s*(?:=>\s*)?\{\s*try\s*\{/.exec(rest)?.[1]
  return result !== undefined && endsModule(result).test(rest)
}

const endsModule = (result: string) =>
  new RegExp(`catch\\s*\\(([\\w$]+)\\)\\s*\\{\\s*${result.replaceAll('$', '\\$&')}\\(\\1\\)`)

/** Whether Bun says that a frame is the body of a module. Its loops can only be known if the file can be read. */
function isReadModuleCode({ isModuleCode, file }: Frame, files: SourceFiles): boolean {
  return isModuleCode === true && files.read(file) !== undefined
}

/** Whether a function has the id of a module as its name, as in a table of modules. A list gives its functions none. */
export const isModuleId = (functionName: string) => /^\d+$|\//.test(functionName)

export const isAtBegin = (begin: Frame['begin']) => begin === undefined || (begin.line === 1 && begin.column <= 2)

/**
 * Whether a function in code that was evaluated from a string is that of the module. Vite has it at the begin. Turbopack has it
 * later in the first line, with nothing else there, and gives it a URL with its id; other hosts evaluate programs of one line.
 * webpack has there the code of a module of CommonJS, or the function that it puts around a module with an `await`
 * at its top, after `__webpack_require__.a(module, ` or `{__webpack_require__.a(__webpack_module__, `.
 */
function isAtBeginOfEval(site: CallSite, index: number): boolean {
  const { file, begin, query } = site[index]!
  if (isAtBegin(begin)) return true
  if (begin?.line !== 1) return false
  if (!isNamedByBundler(file)) return query.startsWith('?id=')
  if (!/^(31|32|43|44)$/.test(String(begin.column))) return false
  const caller = site[index + 1]
  return caller === undefined || caller.file.startsWith('node:internal/') || caller.functionName.endsWith('.a')
}

function isAtTop({ file, line, column }: Frame, files: SourceFiles): boolean {
  const before = files
    .read(file)
    ?.split('\n')
    [line - 1]?.slice(0, column - 1)
  return before !== undefined && /^[\w$]/.test(before) && !/=>|\b(?:function|for|while|do)\b|\{/.test(before)
}
