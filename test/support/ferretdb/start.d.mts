export const FERRETDB_HOME: string
export const FERRETDB: string

/** The FerretDB of PERSIST_TEST_FERRETDB_URL, or one started from the build in .tmp/ferretdb. */
export function startFerretDb(): Promise<{ readonly url: string; stop(): Promise<void> }>

/** Why there is no FerretDB here. */
export function ferretDbAbsent(): string | undefined
