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
  ].join('|'),
)

/** Whether a module may read the query of its own URL, so that the query is a parameter of it. */
export function readsQuery({ file }: Frame, files: SourceFiles): boolean {
  const text = files.read(file) ?? ''
  // Not `client.search(text)` in a module that does not know its URL.
  return /\bimport\.meta\b|\b__resourceQuery\b/.test(text) && READS_QUERY.test(text)
}
