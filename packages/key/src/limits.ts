/** How deep objects may be nested, including the array of arguments. */
export const MAX_DEPTH = 500

/** The longest canonical string, in UTF-16 code units. */
export const MAX_LENGTH = 1024 * 1024
