/** A page cannot read the files of its program. */
export function mayRepeatCall(): boolean {
  return false
}
