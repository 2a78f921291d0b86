/** The names of what {@link plant} can put somewhere. */
export const PLANTS: readonly string[]

/** Puts something odd at a path; `victim` is a foreign file. */
export function plant(kind: string, path: string, victim: string): void
