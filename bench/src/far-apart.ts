const STRIDE = 7_919

/**
 * Returns numbers below a bound, far apart, so that a read does not load the entry of the next read. The bound may change
 * from call to call.
 */
export function farApart(): (below: number) => number {
  let at = 0
  return (below) => {
    at += STRIDE
    return at % below
  }
}
