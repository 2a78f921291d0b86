import ms from 'ms'

/** The variant for bundled applications, where a bundler has to see the import; see `scripts/bundle.mjs`. */
export function durationParser(): (text: string) => number | undefined {
  return ms as (text: string) => number | undefined
}
