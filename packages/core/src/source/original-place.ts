import type { Frame } from './call-site.ts'
import { placeByRuntime } from './mapped-place.ts'

/**
 * The file and line of a frame, as its author wrote them, if the runtime keeps source maps: tsx writes a module into one line.
 * For messages.
 */
export function originalPlace(frame: Frame): string {
  const { file, line } = placeByRuntime(frame) ?? frame
  return `${file}:${line}`
}
