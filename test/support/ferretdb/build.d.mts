/** Where the program is, when it has been built. */
export const FERRETDB: string

/** Builds it if it is not there yet. Throws if there is no Go, or nothing to build it from. */
export function buildFerretDb(): void
