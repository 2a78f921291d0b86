import { sha256 } from '@persist/hash'
import { DEPENDENCY_NAMESPACE, dependencyEntry } from '@persist/store/kit'
import { reportProblem } from '../call/store-guard.ts'
import type { Context } from '../context.ts'
import { asError } from '../runtime/as-error.ts'
import { isThenable } from '../runtime/thenable.ts'

// On a well-known symbol: the command has its own copy of core.
const WRAPPED = Symbol.for('@persist/core/wrapped@1')

/** What a listener on the well-known symbol gets for each function that is wrapped. `persist adopt --from` sets one. */
type Listener = (wrapped: Pick<Context, 'namespace' | 'adapter' | 'version' | 'dependencies'>) => void

/** Calls the listener of the command, if there is one. */
export function announceVersion(context: Context): void {
  ;(globalThis as { [WRAPPED]?: Listener })[WRAPPED]?.(context)
}

/**
 * Notes in the store what a version depends on, so that other machines can name what has changed. The first miss of a process
 * does it, before the function runs: an interrupted first run is a reason to keep the results of the version before.
 */
export function recorderOf(contextOf: () => Context): () => void {
  let isRecorded = false
  return () => {
    const context = contextOf()
    const { mode, adapter, namespace, version, circuit } = context
    if (
      isRecorded ||
      version === undefined ||
      !adapter.supports.persistent ||
      mode === 'off' ||
      mode === 'replay' ||
      circuit.error !== undefined
    )
      return
    isRecorded = true
    const failed = (error: unknown) => reportProblem(context, 'record dependencies', undefined, asError(error))
    try {
      const parts = context.dependencies()
      const record = { funcname: namespace, version, parts, at: context.runtime.now() }
      const hash = sha256(JSON.stringify([namespace, version]))
      const written: unknown = adapter.open(DEPENDENCY_NAMESPACE).set(dependencyEntry(record, hash))
      if (isThenable(written)) written.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }
}
