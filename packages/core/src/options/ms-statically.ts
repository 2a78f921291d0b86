import ms from 'ms'

/** For a bundled application, which has to know what to bring; see `scripts/bundle.mjs`. */
export function readTime(): (text: string) => number | undefined {
  return ms as (text: string) => number | undefined
}
