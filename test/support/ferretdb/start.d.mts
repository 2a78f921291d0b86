/** The FerretDB of PERSIST_TEST_FERRETDB_URL, or one started from what was built. */
export function startFerretDb(): Promise<{ readonly url: string; stop(): Promise<void> }>

/** Why there is no FerretDB here. With PERSIST_REQUIRE_FERRETDB=1 it is built, or that fails. */
export function ferretDbAbsent(): string | undefined
