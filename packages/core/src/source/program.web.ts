/** A page cannot read the files of its program. */
export const programOf = () => ''
