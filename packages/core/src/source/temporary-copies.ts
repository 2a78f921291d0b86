import type { CapturedSite } from './call-site.ts'
import type { SourceFiles } from './source-files.ts'
import { originOf } from './source-map.ts'

/**
 * Names of the files to which tools write their configuration, bundled with the plugins that it imports, at each load: Vite
 * (`vite.config.mjs.timestamp-…`), Rollup (`rollup.config-…`), and bundle-require, as in tsup (`tsup.config.bundled_…`).
 */
const LOAD =
  /\.timestamp-\d{13}-[\da-f]+(?=\.[cm]?js$)|-\d{13}(?<=[/\\]rollup\.config-\d{13})(?=\.[cm]?js$)|\.bundled_[a-z\d]{8,13}(?=\.[cm]?js$)/

/** Vite puts the path before the code of each file. Its source maps are relative to another folder than they say. */
const NAME = /__vite_injected_original_filename = (".+?")/

/**
 * The file of which a configuration that is being loaded has the function; `undefined` for all other functions. It is read
 * when the function is wrapped, since tools remove what they load. The name of that does not decide: Vite writes to the
 * nearest `node_modules`, which the packages of a repository may share.
 */
export function loadOf({ site, files }: CapturedSite, sources: SourceFiles): string | undefined {
  if (!files.some((file) => LOAD.test(file))) return undefined
  const home = site()?.findLast(({ file, isAsync }) => !isAsync && LOAD.test(file))
  if (home === undefined) return undefined
  const { source, content = '' } = originOf(home, sources) ?? {}
  return NAME.exec(content)?.[1] ?? source ?? home.file.replace(LOAD, '')
}
