import { createRequire } from 'node:module'

/** Loads `ms` on first use, since most durations are numbers. */
export function durationParser(): (text: string) => number | undefined {
  return createRequire(import.meta.url)('ms')
}
