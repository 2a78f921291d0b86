/** How many objects may lie in one another, the array of arguments included. */
export const MAX_DEPTH = 500

/** The longest canonical text, in UTF-16 code units. */
export const MAX_TEXT = 1024 * 1024
