/** A page cannot read the files of its program. */
export function takesParameters(): boolean {
  return false
}
