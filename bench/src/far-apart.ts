const STRIDE = 7_919

/** Numbers below a bound, far apart, so that nothing is read because its neighbour was; the bound may change from call to call. */
export function farApart(): (below: number) => number {
  let at = 0
  return (below) => {
    at += STRIDE
    return at % below
  }
}
