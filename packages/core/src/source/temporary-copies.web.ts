/** No tool loads its configuration in a page. */
export function areLoadsOfOne(): boolean {
  return false
}
