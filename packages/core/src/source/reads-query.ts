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

/** Whether a module may read the query of its own URL, so that the query is a parameter of it. */
export function readsQuery({ file }: Frame, files: SourceFiles): boolean {
  const text = files.read(file) ?? ''
  // Not `client.search(text)` in a module that does not know its URL.
  if (!/\bimport\.meta\b|\b__resourceQuery\b/.test(text)) return false
  return READS_QUERY.test(text) || (KEEPS_URL.test(text) && /\bhash\b|\bhref\b/.test(text))
}
