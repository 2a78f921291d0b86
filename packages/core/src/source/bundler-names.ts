/** Whether a bundler chose the name of a module, which it evaluates from a string in development. */
export const isNamedByBundler = (file: string) => /^(webpack|rspack|turbopack)[\w-]*:/.test(file)

/** Whether two modules have names that a bundler chose, and these are those of two files. Each program has a prefix. */
export function areTwoNames(first: string, second: string): boolean {
  return isNamedByBundler(first) && isNamedByBundler(second) && pathIn(first) !== pathIn(second)
}

/** The path `./src/rows.js` in `webpack-internal:///./src/rows.js` and `webpack://@acme/app/./src/rows.js`. */
const pathIn = (name: string) => name.replace(/^.*?\/(?=\.\.?\/)/, '')

/**
 * What distinguishes two modules that a bundler made of one file, as for `import './rows.js?table=users'`; `undefined` if the
 * bundler did not name the module.
 *
 * @param query The query of the module's name. webpack leaves it out, or gives a digest, if its `devtool` is `eval`.
 * @param id The name of the function that evaluates the module, which is that of the module in the bundle's table.
 */
export function resourceOf(file: string, query: string, id: string | undefined): string | undefined {
  if (!isNamedByBundler(file)) return undefined
  if (id !== undefined && /^\d+$/.test(id)) return id
  if (id?.includes('/') === true) return /\?.*$/s.exec(id)?.[0] ?? ''
  return file.startsWith('webpack-internal:') ? query : ''
}
