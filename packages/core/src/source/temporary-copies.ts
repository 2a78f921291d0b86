/**
 * Names of the files to which tools write their configuration, bundled with the plugins that it imports, at each load: Vite
 * (`vite.config.mjs.timestamp-…`), Rollup (`rollup.config-…`), and bundle-require, as in tsup (`tsup.config.bundled_…`).
 */
const LOAD =
  /\.timestamp-\d{13}-[\da-f]+(?=\.[cm]?js$)|-\d{13}(?<=[/\\]rollup\.config-\d{13})(?=\.[cm]?js$)|\.bundled_\w+(?=\.[cm]?js$)/

/** Whether two files are copies of one configuration, from two loads of it. It may have been edited between these. */
export function areLoadsOfOne(first: string, second: string): boolean {
  return first !== second && LOAD.test(first) && first.replace(LOAD, '') === second.replace(LOAD, '')
}
