import type { Origin } from './source-map.ts'

/** A page cannot read the files of its program, so no file names its source map. */
export function originOf(): Origin | undefined {
  return undefined
}

/** Without source maps there are no origins. */
export function isFromFile(): boolean {
  return false
}
