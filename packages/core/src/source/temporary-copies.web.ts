/** No tool loads its configuration in a page. */
export function loadOf(): string | undefined {
  return undefined
}
