import type { Frame } from './call-site.ts'
import type { SourceFiles } from './source-files.ts'

/**
 * Code that may read the query of its own URL. Most code passes `import.meta.url` on, as in `new URL('./a', import.meta.url)`,
 * or compares it with the program's own path.
 */
const READS_QUERY = new RegExp(
  [
    '\\bsearch(?:Params)?\\b|\\b__resourceQuery\\b',
    '\\bimport\\.meta\\.url\\b(?!\\s*(?:\\)|[=!]==?|\\.(?:starts|ends)With\\b))',
    '=\\s*import\\.meta\\b(?!\\s*\\.)',
    '\\bnew URL\\(\\s*import\\.meta\\.url\\s*\\)\\s*\\.\\s*(?!pathname\\b)',
    // `/table=(\\w+)/.exec(import.meta.url)`, `basename(import.meta.url)`, `import.meta.url.endsWith('?users')`
    '\\b(?:exec|test|String|stringify|concat|parse|basename|(?:de|en)codeURI(?:Component)?)\\(\\s*import\\.meta\\.url\\b',
    'import\\.meta\\.url\\.endsWith\\(\\s*[\'"`](?![^\'"`]*\\.[cm]?[jt]sx?[\'"`])',
  ].join('|'),
)

/** Code that has its URL in a variable: it may read the fragment, which is one word in many programs. */
const KEEPS_URL = /=\s*new URL\(\s*import\.meta\.url\s*\)(?!\s*\.)/

/** Code that makes a path or a URL without the query of its own URL, or asks for another property. */
const LOSES_QUERY = new RegExp(
  [
    // Bundlers append a number: `fileURLToPath2`, `createRequire$1`.
    '\\b(?:fileURLToPath|createRequire)[\\d$]*\\(\\s*import\\.meta\\.url\\s*\\)',
    // Not `new URL('', import.meta.url)`.
    '\\bnew URL\\(\\s*(?:\'[^\'?#\\n]+\'|"[^"?#\\n]+"|`[^`?#$\\n]+`)\\s*,\\s*import\\.meta\\.url\\s*\\)',
    '[=!]==?\\s*import\\.meta\\.url\\b(?!\\s*(?:\\?\\.|[.[]))|\\bimport\\.meta\\.url\\s*[=!]==?',
    '\\bimport\\.meta\\.(?:dirname|filename|dir|file|path|main|env|hot|resolve|glob)\\b',
  ].join('|'),
  'g',
)

/**
 * Whether a module may read the query of its own URL, so that the query is a parameter of it. Code without a file may be made of
 * the query, as a plugin of Vite makes it for `virtual:rows?table=users`.
 */
export function readsQuery({ file }: Frame, files: SourceFiles): boolean {
  const text = files.read(file)
  if (text === undefined) return true
  if (!KNOWS_URL.test(text)) return false
  // Not `client.search(text)`, and not the `searchParams` of a request, in a module that does not know its query.
  const rest = text.replaceAll(LOSES_QUERY, '')
  return KNOWS_URL.test(rest) && (READS_QUERY.test(rest) || (KEEPS_URL.test(rest) && /\bhash\b|\bhref\b/.test(rest)))
}

const KNOWS_URL = /\bimport\.meta\b|\b__resourceQuery\b/

/** Whether two queries differ in a time only, as in `?t=${Date.now()}`: such a query loads a module again. */
export const differInTime = (first: string, second: string) => first !== second && timeless(first) === timeless(second)

const timeless = (query: string) => query.replaceAll(/[?&#][\w-]*=?1\d{12}(?:\.\d+)?(?=[&#]|$)/g, '')
