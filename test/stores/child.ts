import { startIn } from '../support/started.ts'

export type { Child } from '../support/started.ts'

/** Starts one of the programs in `children/`. */
export const start = startIn.bind(undefined, new URL('children/', import.meta.url))
