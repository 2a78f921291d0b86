import type { Recorder } from '@persist/core'
import { OptionError } from '@persist/errors'
import { hasDigest, isPromise, observedDigest, type Reader, setReader } from '../kinds/observed.ts'
import { currentTrace } from '../tracing.ts'

/**
 * Makes a function that reads something with a digest: the version of a table, an ETag, a revision. When a function with
 * `trace: true` calls it, what it returns becomes an input of the result. Before a stored result is served, `read` is called
 * again; another value makes it a miss.
 *
 * Call `observe` where modules are loaded, since a process can verify only what it has observed. Read the digest before the
 * data that it stands for.
 *
 * @param name Identifies what is read, in all processes. Of two functions of one process with one name, results that have read
 * the earlier one are served only if both return what it returned; of two with one source, the later one stands for both.
 * @param read Returns any value that can be part of a key, or a promise of one.
 * @throws OptionError for a name that is empty, and a `read` that is no function. The function throws the errors of `read`.
 *
 * @example
 * ```ts
 * const users = { revision: 1, names: ['Ann'] }
 * const revision = observe('revision of users', () => users.revision)
 * const count = persist(() => (revision() > 0 ? users.names.length : 0), { funcname: 'count', trace: true })
 * ```
 */
export function observe<T>(name: string, read: () => T): () => T {
  if (typeof name !== 'string' || name === '') {
    throw new OptionError('observe takes a name for what it reads', { option: 'name' })
  }
  if (typeof read !== 'function') throw new OptionError('observe takes a function that reads', { option: 'read' })
  const reader = setReader(name, read)
  return () => {
    const trace = currentTrace()
    if (trace === undefined) return read()
    let value: T
    try {
      value = read()
    } catch (error) {
      trace.refuse(name, 'it could not be read')
      throw error
    }
    if (!isPromise(value)) return record(trace, name, reader, value)
    const end = trace.begin?.(name)
    return Promise.resolve(value).then(
      (value) => {
        end?.()
        return record(trace, name, reader, value)
      },
      (error) => {
        end?.()
        trace.refuse(name, 'it could not be read')
        throw error
      },
    ) as T
  }
}

function record<V>(trace: Recorder, name: string, { read, source }: Reader, value: V): V {
  try {
    const digest = observedDigest(value)
    trace.add({ kind: 'observed', name, digest, detail: source, isUnchanged: () => hasDigest(read, digest) })
  } catch {
    trace.refuse(name, 'its value cannot be part of a key')
  }
  return value
}
