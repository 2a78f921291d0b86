/** A page cannot read the files of its program. */
export function isWrittenInCall(): boolean {
  return false
}
