/** Evaluates ms at the first call, since most times are numbers. The build makes it part of this package. */
export function readTime(): (text: string) => number | undefined {
  return require('ms')
}
