/** A page cannot read its source. */
export const isWrittenInCall = () => false
