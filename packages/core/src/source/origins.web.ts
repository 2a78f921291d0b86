/** A page cannot read the source maps of its program. */
export function haveOneOrigin(): boolean | undefined {
  return undefined
}
