/** A MongoDB server for tests, examples and benchmarks. */
export interface TestMongo {
  /** `mongodb://127.0.0.1:<port>/`, or what PERSIST_TEST_MONGODB_URL says. */
  readonly url: string
  /** What runs there. */
  readonly name: string
  /** Ends exactly that process and removes its files; does nothing to a server that was there before. */
  stop(): Promise<void>
}

/** A server of one test, which may do anything to it. */
export interface OwnMongo extends TestMongo {
  readonly port: number
  /** `kill -9`. */
  kill(): Promise<void>
  /** Stops it in the middle of what it does (SIGSTOP), until `resume`. */
  pause(): void
  resume(): void
  /** Starts it again on the same port with the same files. */
  restart(): Promise<void>
}

/**
 * The server of PERSIST_TEST_MONGODB_URL, or one started on a free port: `mongod` of the PATH, else SecantusDB from PyPI
 * in a virtual environment that is made on first use and kept, else `mongodb-memory-server`. `undefined`: there is none,
 * and `reasons` has the causes.
 */
export function startMongo(reasons?: string[]): Promise<TestMongo | undefined>

/** A user with all rights. The server then refuses others. */
export interface Login {
  readonly user: string
  readonly password: string
}

/**
 * Always a new server of one's own. `undefined`: this machine has none to start. `testCommands`: with the commands that
 * make it fail on purpose, https://github.com/mongodb/mongo/wiki/The-failCommand-fail-point
 */
export function startOwnMongo(
  reasons?: string[],
  options?: { readonly testCommands?: boolean; readonly login?: Login },
): Promise<OwnMongo | undefined>
