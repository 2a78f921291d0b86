/** Whether a bundler chose the name of a module, which it evaluates from a string in development. */
export const isNamedByBundler = (file: string) => /^(webpack|rspack|turbopack)[\w-]*:/.test(file)

/** Whether two modules have names that a bundler chose, and these are those of two files. Each program has a prefix. */
export function areTwoNames(first: string, second: string): boolean {
  return isNamedByBundler(first) && isNamedByBundler(second) && pathIn(first) !== pathIn(second)
}

/** The path `./src/rows.js` in `webpack-internal:///./src/rows.js` and `webpack://@acme/app/./src/rows.js`. */
const pathIn = (name: string) => name.replace(/^.*?\/(?=\.\.?\/)/, '')
