import { fileURLToPath } from 'node:url'
import type { StoreAdapter } from '@persist/store'
import { CliError, EXIT } from '../errors/cli-error.ts'
import { oneLine } from '../output/escape.ts'
import type { KnownVersion } from './records.ts'

/** Core calls this for every function that is wrapped, in every copy of core. */
const WRAPPED = Symbol.for('@persist/core/wrapped@1')

interface Wrapped {
  readonly namespace: string
  readonly adapter: StoreAdapter
  readonly version: string | undefined
  readonly dependencies: () => KnownVersion['parts']
}

/**
 * Loads the module that wraps a function, and returns its version and its store. In the mode `replay` no function runs, so
 * calls at the top of the module may fail: that does not matter once the function is wrapped.
 */
export async function wrappedIn(
  url: string,
  module: string,
  funcname: string,
): Promise<KnownVersion & { readonly adapter: StoreAdapter }> {
  const found = new Map<string, Wrapped>()
  const shared = globalThis as { [WRAPPED]?: (wrapped: Wrapped) => void }
  shared[WRAPPED] = (wrapped) => found.set(wrapped.namespace, wrapped)
  process.env.PERSIST_MODE = 'replay'
  // A program must not take the arguments of this command for its own.
  const { argv } = process
  process.argv = [argv[0]!, fileURLToPath(url)]
  let failure: unknown
  try {
    await import(url)
  } catch (error) {
    failure = error
  } finally {
    delete shared[WRAPPED]
    process.argv = argv
  }
  const wrapped = found.get(funcname)
  if (wrapped?.version !== undefined) {
    return { adapter: wrapped.adapter, version: wrapped.version, parts: wrapped.dependencies() }
  }
  if (wrapped !== undefined) {
    throw new CliError(
      `${oneLine(funcname)} has neither a version nor dependsOn, so all of its results are current`,
      EXIT.no,
    )
  }
  const reason = failure instanceof Error ? failure.message : String(failure)
  if (failure !== undefined && found.size === 0)
    throw new CliError(`${module} cannot be loaded: ${reason}${adviceFor(failure)}`)
  const names = [...found.keys()].map((name) => oneLine(name)).join(', ')
  const rest = failure === undefined ? '' : `; then it failed: ${reason}`
  throw new CliError(`${module} persists no ${oneLine(funcname)}${names && `, only ${names}`}${rest}`, EXIT.no)
}

/** Node loads TypeScript only with a loader, or from version 22.18. */
function adviceFor(failure: unknown): string {
  const { code } = failure as { readonly code?: unknown }
  return code === 'ERR_UNKNOWN_FILE_EXTENSION' ? ". For TypeScript set NODE_OPTIONS='--import tsx'" : ''
}
