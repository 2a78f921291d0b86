/** Evaluates `ms` on first use, since most durations are numbers. The build bundles it into this package. */
export function durationParser(): (text: string) => number | undefined {
  return require('ms')
}
