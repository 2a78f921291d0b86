import { createRequire } from 'node:module'

/** Loads ms at the first call, since most times are numbers. */
export function readTime(): (text: string) => number | undefined {
  return createRequire(import.meta.url)('ms')
}
